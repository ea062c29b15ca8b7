namespace Sidecar.Reloading;

/// <summary>Counts the calls under way to a component, so that one that was exchanged is closed only after the last of them.</summary>
internal sealed class Usage
{
    // Who looked the component up before the exchange has begun its call by then.
    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Poll = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);
    private int _calls;

    /// <summary>Counts a call until it ends, and returns it.</summary>
    public T Track<T>(T call)
        where T : Task
    {
        if (!call.IsCompleted)
        {
            Interlocked.Increment(ref _calls);
            _ = call.ContinueWith(static (_, usage) => Interlocked.Decrement(ref ((Usage)usage!)._calls), this, CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
        }

        return call;
    }

    /// <summary>Completes when no call is under way any more, or cannot be waited for any longer.</summary>
    public async Task WhenIdleAsync(TimeProvider time, CancellationToken cancellationToken)
    {
        var began = time.GetTimestamp();
        await Task.Delay(Grace, time, cancellationToken);
        while (Volatile.Read(ref _calls) > 0 && time.GetElapsedTime(began) < Patience)
        {
            await Task.Delay(Poll, time, cancellationToken);
        }
    }
}
