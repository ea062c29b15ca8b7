using Sidecar.Telemetry.Metrics;

namespace Sidecar.Resiliency;

/// <summary>What one target's policies count.</summary>
internal sealed class PolicyMetrics(ResiliencyMetrics metrics, string direction, string target)
{
    private const string Breaker = "circuitbreaker";

    /// <summary>A call goes through the policies.</summary>
    public void Executed(bool timeout, bool retry, CircuitBreaker? breaker)
    {
        if (timeout)
        {
            metrics.Executed("timeout", direction, target);
        }

        if (retry)
        {
            metrics.Executed("retry", direction, target);
        }

        if (breaker is not null)
        {
            metrics.Executed(Breaker, direction, target, breaker.StateName);
        }
    }

    /// <summary>A call is repeated; counted once a call.</summary>
    public void Repeated() => metrics.Activated("retry", direction, target);

    /// <summary>An attempt took too long.</summary>
    public void TimedOut() => metrics.Activated("timeout", direction, target);

    /// <summary>Counts a change of the breaker's state.</summary>
    public void Changed(string? before, CircuitBreaker? breaker)
    {
        if (breaker is not null && breaker.StateName is var now && now != before)
        {
            metrics.Activated(Breaker, direction, target, now);
        }
    }
}
