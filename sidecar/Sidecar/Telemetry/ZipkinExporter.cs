using System.Diagnostics;
using System.Net.Http.Headers;
using System.Threading.Channels;
using Microsoft.Extensions.Logging;

namespace Sidecar.Telemetry;

/// <summary>
/// Sends spans to a Zipkin collector in batches. The queue is bounded: when the collector is slow or away, spans are dropped and
/// counted, the sidecar never waits for it; while it cannot be reached, a batch is tried once in <c>RetryInterval</c>.
/// </summary>
internal sealed partial class ZipkinExporter : IAsyncDisposable
{
    private const int Capacity = 4096;
    private const int BatchSize = 256;
    private static readonly TimeSpan FlushInterval = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan RetryInterval = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan SendTimeout = TimeSpan.FromSeconds(5);

    private readonly Channel<Activity> _queue;
    private readonly Uri _endpoint;
    private readonly string _service;
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
        _service = service;
        _time = time;
        _logger = logger;
        _client = new HttpMessageInvoker(new SocketsHttpHandler { UseProxy = false, UseCookies = false, ActivityHeadersPropagator = null, ConnectTimeout = SendTimeout });
        _queue = Channel.CreateBounded<Activity>(
            new BoundedChannelOptions(Capacity) { FullMode = BoundedChannelFullMode.DropWrite, SingleReader = true },
            _ => Interlocked.Increment(ref _dropped));
        _sending = SendAllAsync();
    }

    /// <summary>Queues a finished span.</summary>
    public void Add(Activity span)
    {
        // A queue of spans that nobody takes would cost their memory and its collection with every request.
        if (_isUnreachable && _time.GetTimestamp() < Interlocked.Read(ref _resumeAt))
        {
            Interlocked.Increment(ref _dropped);
            return;
        }

        _queue.Writer.TryWrite(span);
    }

    /// <summary>Sends what is queued, within the send timeout, and stops.</summary>
    public async ValueTask DisposeAsync()
    {
        _queue.Writer.TryComplete();
        await _stopping.CancelAsync();
        await _sending;
        _client.Dispose();
        _stopping.Dispose();
    }

    private async Task SendAllAsync()
    {
        var batch = new List<Activity>(BatchSize);
        while (await _queue.Reader.WaitToReadAsync(CancellationToken.None))
        {
            await PauseAsync();
            while (batch.Count < BatchSize && _queue.Reader.TryRead(out var span))
            {
                batch.Add(span);
            }

            await SendAsync(batch);
            batch.Clear();
        }
    }

    private async Task PauseAsync()
    {
        if (_queue.Reader.Count < BatchSize && !_stopping.IsCancellationRequested)
        {
            await Task.Delay(FlushInterval, _time, _stopping.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private async Task SendAsync(List<Activity> batch)
    {
        using var timeout = new CancellationTokenSource(SendTimeout, _time);
        using var request = new HttpRequestMessage(HttpMethod.Post, _endpoint) { Content = new ByteArrayContent(ZipkinFormat.Write(batch, _service)) };
        request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        try
        {
            using var response = await _client.SendAsync(request, timeout.Token);
            _isUnreachable = false;
            if (!response.IsSuccessStatusCode)
            {
                LogRefused(_endpoint, (int)response.StatusCode, batch.Count);
            }
        }
        catch (Exception exception) when (exception is HttpRequestException or OperationCanceledException)
        {
            // Without a collector, which is usual on one machine, it is said once and not with every batch.
            if (!_isUnreachable)
            {
                LogUnreachable(_endpoint, batch.Count, Interlocked.Read(ref _dropped), exception.Message);
            }

            Interlocked.Exchange(ref _resumeAt, _time.GetTimestamp() + (long)(RetryInterval.TotalSeconds * _time.TimestampFrequency));
            _isUnreachable = true;
            DropQueued();
        }
    }

    private void DropQueued()
    {
        while (_queue.Reader.TryRead(out _))
        {
            Interlocked.Increment(ref _dropped);
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "Zipkin collector {Endpoint} refused {Count} spans with status {Status}")]
    private partial void LogRefused(Uri endpoint, int status, int count);

    [LoggerMessage(Level = LogLevel.Information, Message = "Zipkin collector {Endpoint} cannot be reached, {Count} spans are lost and more until it answers ({Dropped} dropped before): {Problem}")]
    private partial void LogUnreachable(Uri endpoint, int count, long dropped, string problem);
}
