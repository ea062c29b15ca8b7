namespace Sidecar.Faults;

/// <summary>Reorders calls in pairs: the first waits until the second is done, or until its time is up. Nothing waits for ever, nothing is lost.</summary>
internal sealed class OvertakingLane(TimeSpan patience)
{
    private TaskCompletionSource? _waiting;

    /// <summary>Makes the call, later than one that came after it.</summary>
    public async Task<T> RunAsync<T>(Func<Task<T>> call, TimeProvider time, CancellationToken cancellationToken)
    {
        if (Interlocked.Exchange(ref _waiting, null) is { } overtaken)
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

        var turn = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        Interlocked.CompareExchange(ref _waiting, turn, null);
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
}
