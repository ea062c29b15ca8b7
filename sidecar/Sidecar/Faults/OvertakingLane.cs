namespace Sidecar.Faults;

/// <summary>Reorders calls in pairs: the first waits until the second is done, or until its time is up. Nothing waits for ever, nothing is lost.</summary>
internal sealed class OvertakingLane(TimeSpan patience)
{
    private TaskCompletionSource? _waiting;

    /// <summary>Whether one waits to be overtaken.</summary>
    public bool IsTaken => Volatile.Read(ref _waiting) is not null;

    /// <summary>Makes the call, later than one that came after it.</summary>
    public async Task<T> RunAsync<T>(Func<Task<T>> call, TimeProvider time, CancellationToken cancellationToken)
    {
        var turn = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        while (Interlocked.CompareExchange(ref _waiting, turn, null) is { } overtaken)
        {
            // Another one may take it first.
            if (Interlocked.CompareExchange(ref _waiting, null, overtaken) == overtaken)
            {
                return await OvertakeAsync(call, overtaken);
            }
        }

        try
        {
            await turn.Task.WaitAsync(patience, time, cancellationToken);
        }
        catch (TimeoutException)
        {
            // Nobody came: it goes in its order.
        }
        finally
        {
            Interlocked.CompareExchange(ref _waiting, null, turn);
        }

        return await call();
    }

    private static async Task<T> OvertakeAsync<T>(Func<Task<T>> call, TaskCompletionSource overtaken)
    {
        try
        {
            return await call();
        }
        finally
        {
            overtaken.TrySetResult();
        }
    }
}
