namespace Sidecar.Resiliency;

/// <summary>
/// A circuit breaker: closed, open for a time, half open for a bounded number of trials. Invariant: a call that began in an earlier
/// state (generation) never counts in a later one, so that a slow call from before cannot close or open the breaker.
/// </summary>
internal sealed class CircuitBreaker(CircuitBreakerPolicy policy, TimeProvider time)
{
    private readonly Lock _lock = new();
    private volatile State _state = State.Closed;
    private BreakerCounts _counts;
    private long _generation;
    private DateTimeOffset _expiry = policy.Interval > TimeSpan.Zero ? time.GetUtcNow() + policy.Interval : DateTimeOffset.MaxValue;

    private enum State
    {
        Closed,
        HalfOpen,
        Open,
    }

    /// <summary>The state in daprd's words, for metrics.</summary>
    public string StateName => _state switch { State.Open => "open", State.HalfOpen => "half-open", _ => "closed" };

    /// <summary>Lets a call through and returns its generation, or throws <see cref="CircuitOpenException"/>.</summary>
    public long Begin()
    {
        lock (_lock)
        {
            Advance();
            if (_state == State.Open)
            {
                throw new CircuitOpenException();
            }

            if (_state == State.HalfOpen && _counts.Requests >= policy.MaxRequests)
            {
                throw new CircuitOpenException("too many requests");
            }

            _counts = _counts.Begun;
            return _generation;
        }
    }

    /// <summary>Counts the end of a call.</summary>
    public void End(long generation, bool failed)
    {
        lock (_lock)
        {
            Advance();
            if (generation != _generation)
            {
                return;
            }

            _counts = failed ? _counts.Failed : _counts.Succeeded;
            if (failed && (_state == State.HalfOpen || policy.Trip(_counts)))
            {
                Enter(State.Open);
            }
            else if (!failed && _state == State.HalfOpen && _counts.ConsecutiveSuccesses >= policy.MaxRequests)
            {
                Enter(State.Closed);
            }
        }
    }

    /// <summary>Takes back a call that was abandoned by its caller: neither success nor failure.</summary>
    public void Abandon(long generation)
    {
        lock (_lock)
        {
            if (generation == _generation && _counts.Requests > 0)
            {
                _counts = _counts with { Requests = _counts.Requests - 1 };
            }
        }
    }

    private void Advance()
    {
        if (_expiry != DateTimeOffset.MaxValue && time.GetUtcNow() >= _expiry)
        {
            Enter(_state == State.Open ? State.HalfOpen : _state);
        }
    }

    private void Enter(State state)
    {
        _state = state;
        _counts = default;
        _generation++;
        _expiry = state switch
        {
            State.Open => time.GetUtcNow() + policy.Timeout,
            State.Closed when policy.Interval > TimeSpan.Zero => time.GetUtcNow() + policy.Interval,
            _ => DateTimeOffset.MaxValue,
        };
    }
}
