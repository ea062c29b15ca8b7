namespace ServiceDefaults;

/// <summary>How far the start has come.</summary>
internal sealed class ServiceState
{
    private readonly TaskCompletionSource _started = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Completes once the database is migrated; background work waits for it.</summary>
    public Task Started => _started.Task;

    public void SetStarted() => _started.TrySetResult();
}
