using ServiceDefaults;

namespace Gateway;

/// <summary>Shows the breakers in `/health/ready`. An open one does not make the gateway unready: the other services go on.</summary>
internal sealed class BreakerCheck(CircuitBreakers breakers) : IReadinessCheck
{
    public string Name => "circuit_breaker";

    public Task<ReadinessResult> CheckAsync(CancellationToken ct)
    {
        var all = breakers.All.Select(entry => entry.Value.Snapshot).ToList();
        var worst = all.Max(snapshot => snapshot.State);
        var status = worst switch
        {
            BreakerState.Open => "open",
            BreakerState.HalfOpen => "half_open",
            _ => "closed",
        };
        return Task.FromResult(new ReadinessResult(true, status, new Dictionary<string, object>(StringComparer.Ordinal) { ["failure_count"] = all.Sum(snapshot => snapshot.Failures) }));
    }
}
