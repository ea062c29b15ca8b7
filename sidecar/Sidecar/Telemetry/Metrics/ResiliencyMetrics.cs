using System.Collections.Immutable;

namespace Sidecar.Telemetry.Metrics;

/// <summary>How often policies were applied and acted, under daprd's names.</summary>
internal sealed class ResiliencyMetrics
{
    private const string Gauge = "circuitbreaker";
    private static readonly string[] Labels = ["flow_direction", "name", "namespace", "policy", "status", "target"];
    private readonly MetricFamily<Counter> _loaded;
    private readonly MetricFamily<Counter> _executed;
    private readonly MetricFamily<Counter> _activated;
    private readonly MetricFamily<Counter> _states;
    private readonly string _name;

    /// <param name="names">The names of the loaded resiliency files; daprd counts policies under the last one's.</param>
    public ResiliencyMetrics(SidecarMetrics metrics, IReadOnlyList<string> names)
    {
        IsEnabled = metrics.IsEnabled;
        _name = names.Count > 0 ? names[^1] : "";
        _loaded = metrics.Counters("dapr_resiliency_loaded", "name", "namespace");
        _executed = metrics.Counters("dapr_resiliency_count", Labels);
        _activated = metrics.Counters("dapr_resiliency_activations_total", Labels);
        _states = metrics.Gauges("dapr_resiliency_cb_state", Labels);
        foreach (var name in names)
        {
            _loaded.At(new(name, "")).Increment();
        }
    }

    /// <summary>The states a breaker may be in.</summary>
    public static ImmutableArray<string> States { get; } = ["closed", "half-open", "open", "unknown"];

    /// <summary>Whether anything is counted.</summary>
    public bool IsEnabled { get; }

    /// <summary>How often a policy (<c>timeout</c>, <c>retry</c>, <c>circuitbreaker</c>) was applied to a call.</summary>
    public Counter Executions(string policy, string direction, string target, string status = "") => _executed.At(new(direction, _name, "", policy, status, target));

    /// <summary>The gauges of a breaker's states, in the order of <see cref="States"/>.</summary>
    public Counter[] BreakerStates(string direction, string target) => [.. States.Select(state => _states.At(new(direction, _name, "", Gauge, state, target)))];

    /// <summary>A policy did something: repeated a call, ended it, changed the breaker's state.</summary>
    public void Activated(string policy, string direction, string target, string status = "")
    {
        if (IsEnabled)
        {
            _activated.At(new(direction, _name, "", policy, status, target)).Increment();
        }
    }
}
