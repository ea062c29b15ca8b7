namespace Gateway;

/// <summary>
/// Counts failures in a row. Closed: everything passes. Open: nothing does, for a time. Half-open: as many trials as set pass;
/// one failure opens it again, as many successes close it. Every admitted request reports exactly once, and a report from
/// before the latest change of state counts for nothing.
/// </summary>
internal sealed class CircuitBreaker(BreakerOptions options, TimeProvider clock)
{
    private readonly Lock _gate = new();
    private BreakerState _state = BreakerState.Closed;
    private int _failures;
    private int _admitted;
    private int _successes;
    private int _era;
    private DateTimeOffset _openUntil;

    public (BreakerState State, int Failures) Snapshot
    {
        get
        {
            lock (_gate)
            {
                return (_state, _failures);
            }
        }
    }

    /// <summary>A permit, or how long to wait for one.</summary>
    public (int? Permit, TimeSpan Wait) TryEnter()
    {
        lock (_gate)
        {
            var now = clock.GetUtcNow();
            if (_state == BreakerState.Open && now >= _openUntil)
            {
                Change(BreakerState.HalfOpen);
            }

            if (_state == BreakerState.Open)
            {
                return (null, _openUntil - now);
            }

            if (_state == BreakerState.HalfOpen && _admitted >= options.Trials)
            {
                return (null, TimeSpan.FromSeconds(1));
            }

            _admitted++;
            return (_era, TimeSpan.Zero);
        }
    }

    /// <summary>The service answered; whether it liked the request does not matter.</summary>
    public void Succeeded(int permit)
    {
        lock (_gate)
        {
            if (permit != _era)
            {
                return;
            }

            _failures = 0;
            if (_state == BreakerState.HalfOpen && ++_successes >= options.Trials)
            {
                Change(BreakerState.Closed);
            }
        }
    }

    /// <summary>5xx, no answer in time, no connection. True when this opened the breaker.</summary>
    public bool Failed(int permit)
    {
        lock (_gate)
        {
            if (permit != _era)
            {
                return false;
            }

            _failures++;
            if (_state == BreakerState.Closed && _failures < options.Failures)
            {
                return false;
            }

            Change(BreakerState.Open);
            _openUntil = clock.GetUtcNow() + options.Open;
            return true;
        }
    }

    /// <summary>The client went away before there was an outcome.</summary>
    public void Abandoned(int permit)
    {
        lock (_gate)
        {
            if (permit == _era)
            {
                _admitted--;
            }
        }
    }

    private void Change(BreakerState state)
    {
        _state = state;
        _era++;
        _admitted = 0;
        _successes = 0;
        if (state == BreakerState.Closed)
        {
            _failures = 0;
        }
    }
}
