using Microsoft.Extensions.Logging;
using Npgsql;
using Sidecar.Workflows.Store;

namespace Sidecar.Workflows.Engine;

/// <summary>
/// Fires due timers. The store keeps them, sorted by time; here is only the time of the next one. Invariant: a timer that
/// is set wakes the scheduler if it is earlier than what it sleeps for, and a batch is read only after the one before is
/// durably fired, so that no timer fires twice.
/// </summary>
internal sealed partial class TimerScheduler(IWorkflowStore store, TimeProvider time, Func<TimerRow, Task> fire, ILogger logger)
{
    private const int BatchSize = 1_000;
    private static readonly TimeSpan LongestSleep = TimeSpan.FromMinutes(1);

    private readonly Lock _gate = new();
    private DateTimeOffset _sleepsUntil = DateTimeOffset.MaxValue;
    private TaskCompletionSource _wake = NewWake();

    /// <summary>A timer was stored.</summary>
    public void Notify(DateTimeOffset fireAt)
    {
        lock (_gate)
        {
            if (fireAt < _sleepsUntil)
            {
                _sleepsUntil = fireAt;
                _wake.TrySetResult();
            }
        }
    }

    public async Task RunAsync(CancellationToken stop)
    {
        while (!stop.IsCancellationRequested)
        {
            try
            {
                await SleepAsync(await FireDueAsync(stop), stop);
            }
            catch (NpgsqlException e)
            {
                Log.ReadFailed(logger, e);
                await Task.Delay(TimeSpan.FromSeconds(1), time, stop);
            }
        }
    }

    /// <summary>Fires what is due and returns when the next one is.</summary>
    private async Task<DateTimeOffset> FireDueAsync(CancellationToken stop)
    {
        while (true)
        {
            Awake();
            var timers = await store.NextTimersAsync(BatchSize, stop);
            var now = time.GetUtcNow();
            var due = timers.Where(timer => timer.FireAt <= now).ToList();
            await Task.WhenAll(due.Select(fire));
            if (due.Count == timers.Count && due.Count > 0)
            {
                continue;
            }

            var next = timers.Count > due.Count ? timers[due.Count].FireAt : DateTimeOffset.MaxValue;
            return next < now + LongestSleep ? next : now + LongestSleep;
        }
    }

    // From here on Notify wakes for anything: what is stored while the batch is read may not be in it.
    private void Awake()
    {
        lock (_gate)
        {
            _wake = NewWake();
            _sleepsUntil = DateTimeOffset.MaxValue;
        }
    }

    private async Task SleepAsync(DateTimeOffset until, CancellationToken stop)
    {
        Task woken;
        lock (_gate)
        {
            // Earlier than infinity: a timer was set since the batch was read, and the wake-up for it has been given.
            _sleepsUntil = until < _sleepsUntil ? until : _sleepsUntil;
            woken = _wake.Task;
        }

        var pause = until - time.GetUtcNow();
        if (pause > TimeSpan.Zero)
        {
            using var awake = CancellationTokenSource.CreateLinkedTokenSource(stop);
            await Task.WhenAny(Task.Delay(pause, time, awake.Token), woken);
            await awake.CancelAsync();
        }
    }

    private static TaskCompletionSource NewWake() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    private static partial class Log
    {
        [LoggerMessage(3201, LogLevel.Warning, "The timers of workflows cannot be read; next attempt in 1 s")]
        public static partial void ReadFailed(ILogger logger, Exception exception);
    }
}
