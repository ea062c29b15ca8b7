using System.Diagnostics;
using System.Net.Sockets;
using Dapr.Proto.Runtime.V1;
using Google.Protobuf.WellKnownTypes;
using Microsoft.Extensions.Logging;
using Sidecar.Api.Http;
using Sidecar.Telemetry.Metrics;

namespace Sidecar.Health;

/// <summary>
/// Watches the app: first until it accepts connections, then, when a health check is configured, by its probes. Without one the app
/// stays available once it was seen, and a call to an app that is down fails by itself; unless whoever runs the app's process says that it
/// leaves (<see cref="Leave"/>) and returns.
/// </summary>
internal sealed partial class AppMonitor(SidecarOptions options, SidecarMetrics metrics, Invocation.GrpcApp? grpc = null) : IAsyncDisposable
{
    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(10);
    private static readonly TimeSpan LongestPause = TimeSpan.FromMilliseconds(250);

    private readonly ILogger _logger = options.Loggers.CreateLogger<AppMonitor>();
    private readonly Lock _gate = new();
    private readonly CancellationTokenSource _stopping = new();
    private readonly HttpMessageInvoker _client = Invocation.AppHttp.CreateClient();
    private Task _watching = Task.CompletedTask;
    private volatile bool _isHealthy = options.AppHealth is null;
    private volatile bool _wasSeen;
    private volatile bool _wasAvailable;
    private volatile TaskCompletionSource _left = NewSignal();
    private volatile TaskCompletionSource _returned = Completed();
    private volatile TaskCompletionSource _available = NewSignal();
    private volatile TaskCompletionSource _unhealthy = NewSignal();

    /// <summary>False only while a health check says so.</summary>
    public bool IsHealthy => _isHealthy;

    /// <summary>Whether the app was seen and is not known to be unhealthy.</summary>
    public bool IsAvailable => _wasSeen && _isHealthy;

    /// <summary>The app ends: it is not available until it has returned and accepts connections.</summary>
    public void Leave()
    {
        lock (_gate)
        {
            if (!_left.Task.IsCompleted)
            {
                _returned = NewSignal();
                _available = NewSignal();
                _wasSeen = false;
                _wasAvailable = false;
                _isHealthy = options.AppHealth is null;
                _left.TrySetResult();
            }
        }
    }

    /// <summary>The app has been started: watch it again.</summary>
    public void Return() => _returned.TrySetResult();

    /// <summary>Completes while the app is available, or as soon as it is.</summary>
    public Task WaitUntilAvailableAsync(CancellationToken cancellationToken) => _available.Task.WaitAsync(cancellationToken);

    /// <summary>Completes when a health check says that the app is not healthy.</summary>
    public Task WaitUntilUnhealthyAsync(CancellationToken cancellationToken) => _unhealthy.Task.WaitAsync(cancellationToken);

    /// <summary>Starts to watch.</summary>
    public void Start()
    {
        if (options.AppPort is { } port)
        {
            _watching = WatchAsync(port);
        }
    }

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        await _watching.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _client.Dispose();
        _stopping.Dispose();
    }

    private async Task WatchAsync(int port)
    {
        while (!_stopping.IsCancellationRequested)
        {
            await _returned.Task.WaitAsync(_stopping.Token);
            await WaitForConnectionAsync(port);
            LogSeen(options.AppId, port);
            var left = Seen();
            await (options.AppHealth is { } health ? ProbeUntilAsync(left, health, port) : left.WaitAsync(_stopping.Token));
        }
    }

    // A process that leaves while it is being seen was the one before: the next wait for a connection is for the new one.
    private Task Seen()
    {
        lock (_gate)
        {
            if (_returned.Task.IsCompleted)
            {
                _left = NewSignal();
                _wasSeen = true;
                if (options.AppHealth is null)
                {
                    SetAvailable();
                }
            }

            return _left.Task;
        }
    }

    private async Task ProbeUntilAsync(Task left, AppHealthOptions health, int port)
    {
        var failures = 0;
        while (!left.IsCompleted)
        {
            var succeeded = await ProbeAsync(health, port);
            failures = succeeded ? 0 : failures + 1;
            Judge(left, succeeded, failures, health.Threshold);
            var pause = _wasAvailable || health.Interval < LongestPause ? health.Interval : LongestPause;
            await Task.WhenAny(left, Task.Delay(pause, options.Time, _stopping.Token));
            _stopping.Token.ThrowIfCancellationRequested();
        }
    }

    private async Task WaitForConnectionAsync(int port)
    {
        for (var pause = FirstPause; ; pause = pause * 2 < LongestPause ? pause * 2 : LongestPause)
        {
            try
            {
                using var client = new TcpClient();
                await client.ConnectAsync(options.AppChannelAddress, port, _stopping.Token);
                return;
            }
            catch (SocketException)
            {
                await Task.Delay(pause, options.Time, _stopping.Token);
            }
        }
    }

    private async Task<bool> ProbeAsync(AppHealthOptions health, int port)
    {
        using var timeout = new CancellationTokenSource(health.Timeout, options.Time);
        using var linked = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, _stopping.Token);
        if (options.IsGrpcApp && grpc is not null)
        {
            return await ProbeGrpcAsync(grpc, linked.Token);
        }

        var path = health.Path.StartsWith('/') ? health.Path : "/" + health.Path;
        using var request = new HttpRequestMessage(HttpMethod.Get, $"http://{options.AppChannelAddress}:{port}{path}");
        if (!string.IsNullOrEmpty(options.AppApiToken))
        {
            request.Headers.TryAddWithoutValidation(Security.ApiToken.Header, HeaderText.Write(options.AppApiToken));
        }

        if (options.IsHttp2App)
        {
            Invocation.AppHttp.UseHttp2(request);
        }

        var began = Stopwatch.GetTimestamp();
        var status = 500;
        try
        {
            using var response = await _client.SendAsync(request, linked.Token);
            status = (int)response.StatusCode;
            return response.IsSuccessStatusCode;
        }
        catch (Exception exception) when (exception is HttpRequestException or OperationCanceledException)
        {
            return false;
        }
        finally
        {
            if (metrics.IsEnabled)
            {
                metrics.HealthProbe(status, began);
            }
        }
    }

    private static async Task<bool> ProbeGrpcAsync(Invocation.GrpcApp grpc, CancellationToken cancellationToken)
    {
        try
        {
            var answer = await grpc.CallAsync<Empty, HealthCheckResponse>(Invocation.GrpcApp.HealthCheck, new Empty(), [], cancellationToken);
            return answer.Message is not null;
        }
        catch (OperationCanceledException)
        {
            return false;
        }
    }

    // A late probe of a process that has left says nothing of the one that returns.
    private void Judge(Task left, bool succeeded, int failures, int threshold)
    {
        lock (_gate)
        {
            if (left.IsCompleted)
            {
                return;
            }

            if (succeeded && !_isHealthy)
            {
                LogHealthy(options.AppId);
                _unhealthy = NewSignal();
                _isHealthy = true;
            }
            else if (!succeeded && _isHealthy && failures >= threshold)
            {
                LogUnhealthy(options.AppId, failures);
                _available = NewSignal();
                _isHealthy = false;
                _unhealthy.TrySetResult();
            }

            if (_isHealthy && _wasSeen)
            {
                SetAvailable();
            }
        }
    }

    private static TaskCompletionSource Completed()
    {
        var signal = NewSignal();
        signal.SetResult();
        return signal;
    }

    private static TaskCompletionSource NewSignal() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    private void SetAvailable()
    {
        _wasAvailable = true;
        _available.TrySetResult();
    }

    [LoggerMessage(3041, LogLevel.Information, "App {AppId} accepts connections on port {Port}")]
    private partial void LogSeen(string appId, int port);

    [LoggerMessage(3042, LogLevel.Information, "App {AppId} is healthy")]
    private partial void LogHealthy(string appId);

    [LoggerMessage(3043, LogLevel.Warning, "App {AppId} is unhealthy after {Failures} failed probes")]
    private partial void LogUnhealthy(string appId, int failures);
}
