using System.Collections.Frozen;
using System.Diagnostics.Metrics;
using ServiceDefaults;

namespace Gateway;

/// <summary>One breaker per app behind the gateway.</summary>
internal sealed class CircuitBreakers
{
    private readonly FrozenDictionary<string, CircuitBreaker> _breakers;

    public CircuitBreakers(BreakerOptions options, TimeProvider clock, IMeterFactory meters)
    {
        _breakers = RouteTable.Apps.ToFrozenDictionary(app => app, _ => new CircuitBreaker(options, clock), StringComparer.Ordinal);
        var meter = meters.Create(Telemetry.Name + ".Breakers");
        meter.CreateObservableGauge("circuit_breaker_state", () => _breakers.Select(entry => new Measurement<int>((int)entry.Value.Snapshot.State, App(entry.Key))), description: "0 closed, 1 half-open, 2 open");
        Failures = meter.CreateCounter<long>("circuit_breaker_failures_total", description: "Failed requests to a service");
    }

    private Counter<long> Failures { get; }

    public IEnumerable<KeyValuePair<string, CircuitBreaker>> All => _breakers;

    public CircuitBreaker For(string app) => _breakers[app];

    public void CountFailure(string app) => Failures.Add(1, App(app));

    private static KeyValuePair<string, object?> App(string app) => new("app", app);
}
