namespace Sidecar.Schedules;

/// <summary>A sleep until a point in time that a signal ends early. Invariant: a signal given between <see cref="Awake"/> and the sleep ends that sleep at once.</summary>
internal sealed class SleepSignal(TimeProvider time)
{
    private readonly Lock _gate = new();
    private DateTimeOffset _sleepsUntil = DateTimeOffset.MaxValue;
    private TaskCompletionSource _wake = NewWake();

    /// <summary>Something falls due at a time.</summary>
    public void Notify(DateTimeOffset due)
    {
        lock (_gate)
        {
            if (due < _sleepsUntil)
            {
                _wake.TrySetResult();
            }
        }
    }

    /// <summary>Something changed.</summary>
    public void Wake() => Notify(DateTimeOffset.MinValue);

    /// <summary>What is signalled from here on ends the next sleep.</summary>
    public void Awake()
    {
        lock (_gate)
        {
            _wake = NewWake();
            _sleepsUntil = DateTimeOffset.MaxValue;
        }
    }

    /// <summary>Sleeps.</summary>
    public async Task SleepAsync(DateTimeOffset until, CancellationToken cancellationToken)
    {
        Task woken;
        lock (_gate)
        {
            _sleepsUntil = until;
            woken = _wake.Task;
        }

        var pause = until - time.GetUtcNow();
        if (pause <= TimeSpan.Zero || woken.IsCompleted)
        {
            return;
        }

        // Timers count whole milliseconds: up, else what is due in half a one is looked for again and again.
        using var awake = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        await Task.WhenAny(Task.Delay(TimeSpan.FromMilliseconds(Math.Ceiling(pause.TotalMilliseconds)), time, awake.Token), woken);
        await awake.CancelAsync();
        cancellationToken.ThrowIfCancellationRequested();
    }

    private static TaskCompletionSource NewWake() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
