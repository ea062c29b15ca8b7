namespace Sidecar.Workflows.Engine;

/// <summary>
/// Work that has gone with several workers, and may be what ends them. Each waits for a pause, which is longer every time; then they go out one after the other,
/// what has lost fewest workers first, so that what was with the same worker and did no harm gets through. Invariant: none goes out while there is no
/// worker: what waited for the next one in the queue would come to it, and be lost with it, together - for ever, where workers come back more slowly than the pauses end.
/// </summary>
internal sealed class HeldBackWork(EngineContext context)
{
    private static readonly TimeSpan Apart = TimeSpan.FromMilliseconds(20);

    private readonly Lock _gate = new();
    private readonly PriorityQueue<Action, (int Losses, long Number)> _due = new();
    private TaskCompletionSource? _worker;
    private bool _isLettingOut;
    private long _number;
    private int _workers;

    /// <summary>Connected workers.</summary>
    public int Workers => Volatile.Read(ref _workers);

    /// <summary>Lets work out in a while that has lost so many workers. When the engine stops as well: an activity of another app's instance goes back to that app.</summary>
    public void Add(int losses, Action letOut) => _ = context.Environment.Run(() => HoldAsync(losses, Interlocked.Increment(ref _number), letOut));

    public void WorkerComes()
    {
        lock (_gate)
        {
            _workers++;
            _worker?.TrySetResult();
            _worker = null;
        }
    }

    public void WorkerGoes()
    {
        lock (_gate)
        {
            _workers--;
        }
    }

    private async Task HoldAsync(int losses, long number, Action letOut)
    {
        await OrStoppedAsync(Task.Delay(Quarantine.PauseAfter(losses - 1), context.Time, context.Stopped));
        lock (_gate)
        {
            _due.Enqueue(letOut, (losses, number));
            if (_isLettingOut)
            {
                return;
            }

            _isLettingOut = true;
        }

        await LetAllOutAsync();
    }

    private async Task LetAllOutAsync()
    {
        while (true)
        {
            await OrStoppedAsync(WorkerAsync().WaitAsync(context.Stopped));
            if (Next() is not { } letOut)
            {
                return;
            }

            letOut();
            await OrStoppedAsync(Task.Delay(Apart, context.Time, context.Stopped));
        }
    }

    private Task WorkerAsync()
    {
        lock (_gate)
        {
            return _workers > 0 ? Task.CompletedTask : (_worker ??= new TaskCompletionSource(context.Environment.Completion)).Task;
        }
    }

    private Action? Next()
    {
        lock (_gate)
        {
            _isLettingOut = _due.TryDequeue(out var letOut, out _);
            return letOut;
        }
    }

    private static async Task OrStoppedAsync(Task wait) =>
        await wait.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ContinueOnCapturedContext);
}
