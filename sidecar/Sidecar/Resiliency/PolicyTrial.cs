namespace Sidecar.Resiliency;

/// <summary>
/// One attempt under a policy: its place in the breaker's counts, and a token that is cancelled when the time is over or the caller gives up.
/// It ends by exactly one of <see cref="End"/> and <see cref="Fail"/>.
/// </summary>
internal sealed class PolicyTrial : IDisposable
{
    private readonly CircuitBreaker? _breaker;
    private readonly PolicyMetrics? _metrics;
    private readonly CancellationToken _caller;
    private readonly CancellationTokenSource? _limit;
    private readonly CancellationTokenRegistration _giveUp;
    private readonly long _generation;
    private readonly string? _stateBefore;

    /// <summary>Begins it; throws <see cref="CircuitOpenException"/> when the breaker lets nothing through.</summary>
    public PolicyTrial(TimeSpan timeout, CircuitBreaker? breaker, TimeProvider time, PolicyMetrics? metrics, CancellationToken caller)
    {
        (_breaker, _metrics, _caller) = (breaker, metrics, caller);
        _generation = breaker?.Begin() ?? 0;
        _stateBefore = breaker?.StateName;
        Token = caller;
        if (timeout > TimeSpan.Zero)
        {
            // One source for both: a linked one beside that of the time would be made anew for every call.
            _limit = new CancellationTokenSource(timeout, time);
            _giveUp = caller.UnsafeRegister(static limit => ((CancellationTokenSource)limit!).Cancel(), _limit);
            Token = _limit.Token;
        }
    }

    /// <summary>What the attempt must heed.</summary>
    public CancellationToken Token { get; }

    /// <summary>It came to a result.</summary>
    public void End(bool failed)
    {
        _breaker?.End(_generation, failed);
        _metrics?.Changed(_stateBefore, _breaker);
    }

    /// <summary>It came to none; returns the fault as the policy tells it.</summary>
    public Exception Fail(Exception exception)
    {
        if (exception is OperationCanceledException)
        {
            if (_caller.IsCancellationRequested)
            {
                // Neither success nor failure.
                _breaker?.Abandon(_generation);
                return exception;
            }

            if (_limit is { IsCancellationRequested: true })
            {
                _metrics?.TimedOut();
                exception = new TimeoutException("context deadline exceeded", exception);
            }
        }

        End(failed: true);
        return exception;
    }

    /// <inheritdoc />
    public void Dispose()
    {
        _giveUp.Dispose();
        _limit?.Dispose();
    }
}
