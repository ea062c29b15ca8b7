using Sidecar.Telemetry.Metrics;

namespace Sidecar.Resiliency;

/// <summary>What one target's policies count. The series are looked up when first counted, so that what never happened is not shown.</summary>
internal sealed class PolicyMetrics(ResiliencyMetrics metrics, string direction, string target)
{
    private const string Breaker = "circuitbreaker";
    private readonly Counter?[] _breaker = new Counter?[ResiliencyMetrics.States.Length];
    private Counter? _timeout;
    private Counter? _retry;
    private Counter[]? _states;

    /// <summary>A call goes through the policies.</summary>
    public void Executed(bool timeout, bool retry, CircuitBreaker? breaker)
    {
        if (!metrics.IsEnabled)
        {
            return;
        }

        if (timeout)
        {
            (_timeout ??= metrics.Executions("timeout", direction, target)).Increment();
        }

        if (retry)
        {
            (_retry ??= metrics.Executions("retry", direction, target)).Increment();
        }

        if (breaker is not null)
        {
            var state = ResiliencyMetrics.States.IndexOf(breaker.StateName);
            (_breaker[state] ??= metrics.Executions(Breaker, direction, target, ResiliencyMetrics.States[state])).Increment();
            SetState(state);
        }
    }

    /// <summary>A call is repeated; counted once a call.</summary>
    public void Repeated() => metrics.Activated("retry", direction, target);

    /// <summary>An attempt took too long.</summary>
    public void TimedOut() => metrics.Activated("timeout", direction, target);

    /// <summary>Counts a change of the breaker's state.</summary>
    public void Changed(string? before, CircuitBreaker? breaker)
    {
        if (breaker is not null && breaker.StateName is var now && now != before && metrics.IsEnabled)
        {
            metrics.Activated(Breaker, direction, target, now);
            SetState(ResiliencyMetrics.States.IndexOf(now));
        }
    }

    private void SetState(int current)
    {
        _states ??= metrics.BreakerStates(direction, target);
        for (var i = 0; i < _states.Length; i++)
        {
            _states[i].Set(i == current ? 1 : 0);
        }
    }
}
