using System.Net.Http.Headers;
using Microsoft.Extensions.Logging;

namespace Sidecar.Telemetry;

/// <summary>
/// Sends spans to a Zipkin collector in batches. What waits is bounded: when the collector is slow or away, spans are dropped and
/// counted, the sidecar never waits for it; while it cannot be reached, a batch is tried once in <c>RetryInterval</c>.
/// </summary>
internal sealed partial class ZipkinExporter : ISpanExporter
{
    private static readonly TimeSpan FlushInterval = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan RetryInterval = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan SendTimeout = TimeSpan.FromSeconds(5);

    private readonly SpanBatches _batches;
    private readonly Uri _endpoint;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly HttpMessageInvoker _client;
    private readonly CancellationTokenSource _stopping = new();
    private readonly Task _sending;
    private long _dropped;
    private long _resumeAt;
    private volatile bool _isUnreachable;

    public ZipkinExporter(Uri endpoint, string service, TimeProvider time, ILogger logger)
    {
        _endpoint = endpoint;
        _batches = new SpanBatches(new ZipkinFormat(), service);
        _time = time;
        _logger = logger;
        _client = new HttpMessageInvoker(new SocketsHttpHandler { UseProxy = false, UseCookies = false, ActivityHeadersPropagator = null, ConnectTimeout = SendTimeout });
        _sending = SendAllAsync();
    }

    /// <inheritdoc />
    public void Add(Span span)
    {
        // What nobody takes would cost its writing with every request.
        if ((_isUnreachable && _time.GetTimestamp() < Interlocked.Read(ref _resumeAt)) || !_batches.TryAdd(span))
        {
            Interlocked.Increment(ref _dropped);
        }
    }

    /// <summary>Sends what waits, within the send timeout, and stops.</summary>
    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        await _sending;
        await SendAsync();
        _client.Dispose();
        _stopping.Dispose();
    }

    private async Task SendAllAsync()
    {
        while (!_stopping.IsCancellationRequested)
        {
            await _batches.Arrived.WaitAsync(_stopping.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            await _batches.Full.WaitAsync(FlushInterval, _time, _stopping.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            await SendAsync();
        }
    }

    private async Task SendAsync()
    {
        var (bytes, count) = _batches.Take();
        if (count == 0)
        {
            return;
        }

        using var timeout = new CancellationTokenSource(SendTimeout, _time);
        using var request = new HttpRequestMessage(HttpMethod.Post, _endpoint) { Content = new ReadOnlyMemoryContent(bytes) };
        request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        try
        {
            using var response = await _client.SendAsync(request, timeout.Token);
            _isUnreachable = false;
            if (!response.IsSuccessStatusCode)
            {
                LogRefused(_endpoint, (int)response.StatusCode, count);
            }
        }
        catch (Exception exception) when (exception is HttpRequestException or OperationCanceledException)
        {
            DropWaiting(count, exception);
        }
    }

    private void DropWaiting(int lost, Exception exception)
    {
        // Without a collector, which is usual on one machine, it is said once and not with every batch.
        if (!_isUnreachable)
        {
            LogUnreachable(_endpoint, lost, Interlocked.Read(ref _dropped), exception.Message);
        }

        Interlocked.Exchange(ref _resumeAt, _time.GetTimestamp() + (long)(RetryInterval.TotalSeconds * _time.TimestampFrequency));
        _isUnreachable = true;
        Interlocked.Add(ref _dropped, _batches.Take().Count);
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "Zipkin collector {Endpoint} refused {Count} spans with status {Status}")]
    private partial void LogRefused(Uri endpoint, int status, int count);

    [LoggerMessage(Level = LogLevel.Information, Message = "Zipkin collector {Endpoint} cannot be reached, {Count} spans are lost and more until it answers ({Dropped} dropped before): {Problem}")]
    private partial void LogUnreachable(Uri endpoint, int count, long dropped, string problem);
}
