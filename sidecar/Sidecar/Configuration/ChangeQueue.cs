using System.Threading.Channels;
using Microsoft.Extensions.Logging;

namespace Sidecar.Configuration;

/// <summary>
/// The changed keys of one subscription on their way to its handler, in order. Bounded: when keys come faster than they are told, or when some
/// may have been missed, everything is told again instead, so that the last value of a key always arrives.
/// </summary>
internal sealed partial class ChangeQueue : IAsyncDisposable
{
    private const int Capacity = 1000;
    private static readonly TimeSpan RetryDelay = TimeSpan.FromSeconds(1);
    private readonly Channel<string?> _keys = Channel.CreateBounded<string?>(Capacity);
    private readonly CancellationTokenSource _stop = new();
    private readonly Func<string?, CancellationToken, Task> _tell;
    private readonly ILogger _logger;
    private readonly TimeProvider _time;
    private readonly Task _worker;
    private int _tellAll;

    /// <param name="tell">Tells the handler about a key, or about all for null; throws when the store cannot be read.</param>
    public ChangeQueue(Func<string?, CancellationToken, Task> tell, ILogger logger, TimeProvider time)
    {
        _tell = tell;
        _logger = logger;
        _time = time;
        _worker = Task.Run(WorkAsync, CancellationToken.None);
    }

    /// <summary>A key changed.</summary>
    public void Add(string key)
    {
        if (!_keys.Writer.TryWrite(key))
        {
            Interlocked.Exchange(ref _tellAll, 1);
        }
    }

    /// <summary>Changes may have been missed.</summary>
    public void AddAll()
    {
        Interlocked.Exchange(ref _tellAll, 1);
        _keys.Writer.TryWrite(null);
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _worker;
        _stop.Dispose();
    }

    private async Task WorkAsync()
    {
        try
        {
            while (true)
            {
                var key = await _keys.Reader.ReadAsync(_stop.Token);
                if (key is not null)
                {
                    await TellAsync(key);
                }

                if (Interlocked.Exchange(ref _tellAll, 0) == 1)
                {
                    await TellAsync(null);
                }
            }
        }
        catch (OperationCanceledException) when (_stop.IsCancellationRequested)
        {
            // Ended.
        }
    }

    private async Task TellAsync(string? key)
    {
        while (true)
        {
            try
            {
                await _tell(key, _stop.Token);
                return;
            }
            catch (Exception exception) when (!_stop.IsCancellationRequested)
            {
                LogAgain(key ?? "all keys", exception.Message);
                await Task.Delay(RetryDelay, _time, _stop.Token);
            }
        }
    }

    [LoggerMessage(3611, LogLevel.Warning, "The configuration of {Key} could not be read, trying again: {Problem}")]
    private partial void LogAgain(string key, string problem);
}
