using Microsoft.Extensions.Logging;

namespace Sidecar.Telemetry;

/// <summary>
/// Sends spans to a collector in batches. What waits is bounded: when the collector is slow or away, spans are dropped and
/// counted, the sidecar never waits for it; while it cannot be reached, a batch is tried once in <c>RetryInterval</c>.
/// </summary>
internal sealed partial class SpanExporter : ISpanExporter
{
    private static readonly TimeSpan FlushInterval = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan RetryInterval = TimeSpan.FromSeconds(1);

    private readonly SpanBatches _batches;
    private readonly SpanCollector _collector;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly HttpMessageInvoker _client;
    private readonly CancellationTokenSource _stopping = new();
    private readonly Task _sending;
    private long _dropped;
    private long _resumeAt;
    private volatile bool _isUnreachable;

    public SpanExporter(SpanCollector collector, string service, TimeProvider time, ILogger logger)
    {
        _collector = collector;
        _batches = new SpanBatches(collector.Format, service);
        _time = time;
        _logger = logger;
        _client = new HttpMessageInvoker(new SocketsHttpHandler { UseProxy = false, UseCookies = false, ActivityHeadersPropagator = null, ConnectTimeout = collector.Timeout });
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

        using var timeout = new CancellationTokenSource(_collector.Timeout, _time);
        using var request = _collector.CreateRequest(bytes);
        try
        {
            using var response = await _client.SendAsync(request, timeout.Token);
            _isUnreachable = false;
            if (await _collector.RefusalAsync(response, timeout.Token) is { } refusal)
            {
                LogRefused(_collector.Name, _collector.Endpoint, count, refusal);
            }
        }
        catch (Exception exception) when (exception is HttpRequestException or IOException or OperationCanceledException)
        {
            DropWaiting(count, exception);
        }
    }

    private void DropWaiting(int lost, Exception exception)
    {
        // Without a collector, which is usual on one machine, it is said once and not with every batch.
        if (!_isUnreachable)
        {
            LogUnreachable(_collector.Name, _collector.Endpoint, lost, Interlocked.Read(ref _dropped), exception.Message);
        }

        Interlocked.Exchange(ref _resumeAt, _time.GetTimestamp() + (long)(RetryInterval.TotalSeconds * _time.TimestampFrequency));
        _isUnreachable = true;
        Interlocked.Add(ref _dropped, _batches.Take().Count);
    }

    [LoggerMessage(3921, LogLevel.Warning, "{Kind} collector {Endpoint} refused {Count} spans: {Problem}")]
    private partial void LogRefused(string kind, Uri endpoint, int count, string problem);

    [LoggerMessage(3922, LogLevel.Information, "{Kind} collector {Endpoint} cannot be reached, {Count} spans are lost and more until it answers ({Dropped} dropped before): {Problem}")]
    private partial void LogUnreachable(string kind, Uri endpoint, int count, long dropped, string problem);
}
