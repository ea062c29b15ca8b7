using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;
using Sidecar.Workflows.Store;

namespace Sidecar.Workflows.Engine;

/// <summary>
/// Fires due timers. The store keeps them, sorted by time; here is only the time of the next one. Invariant: a timer that
/// is set wakes the scheduler if it is earlier than what it sleeps for, and a batch is read only after the one before is
/// durably fired, so that no timer fires twice; a timer whose instance fails is held back by itself, and longer each time.
/// </summary>
internal sealed partial class TimerScheduler(IWorkflowStore store, EngineEnvironment environment, Func<TimerRow, Task> fire)
{
    private const int BatchSize = 1_000;
    private static readonly TimeSpan LongestSleep = TimeSpan.FromMinutes(1);

    private readonly Lock _gate = new();
    private readonly ConcurrentDictionary<TimerRow, (int Failures, DateTimeOffset Until)> _heldBack = new();
    private DateTimeOffset _sleepsUntil = DateTimeOffset.MaxValue;
    private readonly TimeProvider _time = environment.Time;
    private TaskCompletionSource _wake = new(environment.Completion);

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
            catch (Exception e) when (!stop.IsCancellationRequested && e is not StoreFencedException)
            {
                Log.ReadFailed(environment.Logger, e);
                await Task.Delay(TimeSpan.FromSeconds(1), _time, stop);
            }
        }
    }

    /// <summary>Fires what is due and returns when the next one is.</summary>
    private async Task<DateTimeOffset> FireDueAsync(CancellationToken stop)
    {
        while (true)
        {
            Awake();
            var size = BatchSize + _heldBack.Count;
            var timers = await store.NextTimersAsync(size, stop);
            ForgetGone(timers, size);
            var now = _time.GetUtcNow();
            var due = timers.Where(timer => TimeOf(timer) <= now).ToList();
            await Task.WhenAll(due.Select(timer => FireAsync(timer, stop)));
            if (due.Count > 0 && timers.Count == size)
            {
                continue;
            }

            var next = timers.Select(TimeOf).Where(at => at > now).DefaultIfEmpty(DateTimeOffset.MaxValue).Min();
            return next < now + LongestSleep ? next : now + LongestSleep;
        }
    }

    private DateTimeOffset TimeOf(TimerRow timer) => _heldBack.TryGetValue(timer, out var held) ? held.Until : timer.FireAt;

    private async Task FireAsync(TimerRow timer, CancellationToken stop)
    {
        try
        {
            await fire(timer);
            _heldBack.TryRemove(timer, out _);
        }
        catch (Exception e) when (!stop.IsCancellationRequested && e is not StoreFencedException)
        {
            var failures = _heldBack.GetValueOrDefault(timer).Failures + 1;
            _heldBack[timer] = (failures, _time.GetUtcNow() + Quarantine.PauseAfter(failures));
            Log.NotFired(environment.Logger, e, timer.InstanceId);
        }
    }

    // Timers are read in order of time: one that is held back and was not read is gone.
    private void ForgetGone(IReadOnlyList<TimerRow> read, int size)
    {
        if (!_heldBack.IsEmpty && read.Count < size)
        {
            var present = read.ToHashSet();
            foreach (var timer in _heldBack.Keys.Where(timer => !present.Contains(timer)))
            {
                _heldBack.TryRemove(timer, out _);
            }
        }
    }

    // From here on Notify wakes for anything: what is stored while the batch is read may not be in it.
    private void Awake()
    {
        lock (_gate)
        {
            _wake = new TaskCompletionSource(environment.Completion);
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

        // Delays are whole milliseconds: one that was cut would end before the time, and again, with a look into the store each time.
        var pause = TimeSpan.FromMilliseconds(Math.Ceiling((until - _time.GetUtcNow()).TotalMilliseconds));
        if (pause > TimeSpan.Zero)
        {
            using var awake = CancellationTokenSource.CreateLinkedTokenSource(stop);
            await Task.WhenAny(PauseAsync(pause, awake.Token), woken);
            Cancel(awake);
        }
    }

    // A method of its own: a delay completes on whatever thread cancels it or the pool has, this task where it was awaited.
    private async Task PauseAsync(TimeSpan pause, CancellationToken awake) =>
        await Task.Delay(pause, _time, awake).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ContinueOnCapturedContext);

    private static void Cancel(CancellationTokenSource source) => source.Cancel();

    private static partial class Log
    {
        [LoggerMessage(4021, LogLevel.Warning, "The timers of workflows cannot be read; next attempt in 1 s")]
        public static partial void ReadFailed(ILogger logger, Exception exception);

        [LoggerMessage(4022, LogLevel.Error, "A timer of workflow instance {InstanceId} cannot be fired; it is tried again, the others go on")]
        public static partial void NotFired(ILogger logger, Exception exception, string instanceId);
    }
}
