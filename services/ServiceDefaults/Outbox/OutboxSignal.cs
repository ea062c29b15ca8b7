namespace ServiceDefaults;

/// <summary>Wakes every loop of the relay as soon as a transaction with entries is committed.</summary>
internal sealed class OutboxSignal
{
    private TaskCompletionSource _next = New();

    /// <summary>Completes at the next <see cref="Raise"/>.</summary>
    public Task Next => Volatile.Read(ref _next).Task;

    public void Raise() => Interlocked.Exchange(ref _next, New()).TrySetResult();

    private static TaskCompletionSource New() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
