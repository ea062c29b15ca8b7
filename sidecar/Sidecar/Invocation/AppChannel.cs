using System.Collections.Concurrent;
using System.Diagnostics;
using Sidecar.Api.Http;
using Sidecar.Faults;
using Sidecar.Health;
using Sidecar.Middleware;
using Sidecar.Security;
using Sidecar.Telemetry.Metrics;

namespace Sidecar.Invocation;

/// <summary>
/// The way to the app. Work is bounded: with a limit on concurrency further calls wait for their turn as long as their caller does, and
/// without one no more than <see cref="MaxCalls"/> calls are under way.
/// </summary>
internal sealed class AppChannel : IAppChannel, IDisposable
{
    private const int MaxCalls = 10_000;
    private const int MaxAddresses = 1_000;
    private readonly HttpMessageInvoker _client;
    private readonly SemaphoreSlim? _turns;
    private readonly AppMonitor _monitor;
    private readonly SidecarMetrics _metrics;
    private readonly RouteFaults _faults;
    private readonly string _base;
    private readonly string? _token;
    private readonly ConcurrentDictionary<string, Uri> _addresses = new(StringComparer.Ordinal);
    private readonly bool _isHttp2;
    private int _calls;

    public AppChannel(SidecarOptions options, AppMonitor monitor, GrpcApp grpc, SidecarMetrics metrics)
    {
        IsHttp = !options.IsGrpcApp;
        _client = IsHttp ? AppHttp.CreateClient() : new HttpMessageInvoker(new OnInvokeHandler(grpc));
        _metrics = metrics;
        _faults = new RouteFaults(FaultInjection.Of(options.Run), options.AppId, options.MaxKeptBody, options.Time);
        _monitor = monitor;
        _base = $"http://{options.AppChannelAddress}:{options.AppPort}";
        _isHttp2 = options.IsHttp2App;
        _token = string.IsNullOrEmpty(options.AppApiToken) ? null : HeaderText.Write(options.AppApiToken);
        _turns = options.AppMaxConcurrency > 0 ? new SemaphoreSlim(options.AppMaxConcurrency) : null;
        Exists = options.AppPort is not null;
    }

    /// <summary>What each call to the app goes through; default nothing. Set before the first call.</summary>
    public AppPipeline? Pipeline { get; set; }

    /// <summary>Whether the sidecar has an app at all.</summary>
    public bool Exists { get; }

    /// <summary>Whether the app speaks HTTP; otherwise it is called by gRPC's OnInvoke.</summary>
    public bool IsHttp { get; }

    /// <summary>False only while a health check says so.</summary>
    public bool IsHealthy => _monitor.IsHealthy;

    /// <inheritdoc />
    public bool IsAvailable => _monitor.IsAvailable;

    /// <inheritdoc />
    public Task WaitUntilAvailableAsync(CancellationToken cancellationToken) => _monitor.WaitUntilAvailableAsync(cancellationToken);

    /// <summary>Makes the address of a request absolute, for messages and sending.</summary>
    public void Address(HttpRequestMessage request)
    {
        if (request.RequestUri is not { IsAbsoluteUri: true })
        {
            var path = (request as AppRequest)?.Path ?? request.RequestUri?.OriginalString ?? "/";
            request.RequestUri = path.Contains('?', StringComparison.Ordinal) ? ToAddress(path) : FindAddress(path);
        }
    }

    /// <inheritdoc />
    public async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        if (!Exists)
        {
            throw new HttpRequestException("app channel is not initialized");
        }

        Address(request);
        if (_isHttp2)
        {
            AppHttp.UseHttp2(request);
        }

        if (_token is not null)
        {
            request.Headers.Remove(ApiToken.Header);
            request.Headers.TryAddWithoutValidation(ApiToken.Header, _token);
        }

        await EnterAsync(cancellationToken);
        var isPlain = Pipeline is null && !_faults.IsOn;
        var began = Stopwatch.GetTimestamp();
        HttpResponseMessage? response = null;
        try
        {
            // What has nothing in its way is counted here, without a method more that waits.
            return response = await (isPlain ? _client.SendAsync(request, cancellationToken)
                : Pipeline is null ? SendNowAsync(request, cancellationToken)
                : Pipeline.SendAsync(request, SendNowAsync, cancellationToken));
        }
        finally
        {
            if (isPlain)
            {
                Count(request, response, began);
            }

            Leave();
        }
    }

    /// <inheritdoc />
    public void Dispose()
    {
        _client.Dispose();
        _turns?.Dispose();
    }

    private Task<HttpResponseMessage> SendNowAsync(HttpRequestMessage request, CancellationToken cancellationToken) =>
        _faults.IsOn ? _faults.SendAsync(request, SendCountedAsync, cancellationToken) : SendCountedAsync(request, cancellationToken);

    private async Task<HttpResponseMessage> SendCountedAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var began = Stopwatch.GetTimestamp();
        HttpResponseMessage? response = null;
        try
        {
            return response = await _client.SendAsync(request, cancellationToken);
        }
        finally
        {
            Count(request, response, began);
        }
    }

    // Most calls are of the same few paths; making an address costs more than finding it.
    private Uri FindAddress(string path)
    {
        if (_addresses.TryGetValue(path, out var known))
        {
            return known;
        }

        if (_addresses.Count >= MaxAddresses)
        {
            _addresses.Clear();
        }

        return _addresses[path] = ToAddress(path);
    }

    private Uri ToAddress(string path) => AppHttp.Verbatim(path.StartsWith('/') ? _base + path : $"{_base}/{path}");

    private void Count(HttpRequestMessage request, HttpResponseMessage? response, long began)
    {
        if (!_metrics.IsEnabled)
        {
            return;
        }

        var path = request is AppRequest { Path: ['/', ..] known } ? known : request.RequestUri!.OriginalString[_base.Length..];
        var end = path.IndexOf('?', StringComparison.Ordinal);
        _metrics.ClientRequest(
            request.Method.Method,
            end < 0 ? path : path[..end],
            (int?)response?.StatusCode ?? 500,
            request.Content?.Headers.ContentLength ?? 0,
            response?.Content.Headers.ContentLength ?? 0,
            began);
    }

    private Task EnterAsync(CancellationToken cancellationToken)
    {
        if (_turns is not null)
        {
            return _turns.WaitAsync(cancellationToken);
        }

        if (Interlocked.Increment(ref _calls) > MaxCalls)
        {
            Interlocked.Decrement(ref _calls);
            throw new HttpRequestException($"the app has {MaxCalls} calls under way; no more are let through");
        }

        return Task.CompletedTask;
    }

    private void Leave()
    {
        if (_turns is not null)
        {
            _turns.Release();
        }
        else
        {
            Interlocked.Decrement(ref _calls);
        }
    }
}
