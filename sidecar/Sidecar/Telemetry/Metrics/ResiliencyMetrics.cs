namespace Sidecar.Telemetry.Metrics;

/// <summary>How often policies were applied and acted, under daprd's names.</summary>
internal sealed class ResiliencyMetrics
{
    private const string Gauge = "circuitbreaker";
    private static readonly string[] States = ["closed", "half-open", "open", "unknown"];
    private static readonly string[] Labels = ["flow_direction", "name", "namespace", "policy", "status", "target"];
    private readonly MetricFamily<Counter> _loaded;
    private readonly MetricFamily<Counter> _executed;
    private readonly MetricFamily<Counter> _activated;
    private readonly MetricFamily<Counter> _states;
    private readonly bool _isEnabled;
    private readonly string _name;

    /// <param name="names">The names of the loaded resiliency files; daprd counts policies under the last one's.</param>
    public ResiliencyMetrics(SidecarMetrics metrics, IReadOnlyList<string> names)
    {
        _isEnabled = metrics.IsEnabled;
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

    /// <summary>A policy (<c>timeout</c>, <c>retry</c>, <c>circuitbreaker</c>) is applied to a call.</summary>
    public void Executed(string policy, string direction, string target, string status = "")
    {
        if (_isEnabled)
        {
            _executed.At(new(direction, _name, "", policy, status, target)).Increment();
            if (policy == Gauge)
            {
                SetState(direction, target, status);
            }
        }
    }

    /// <summary>A policy did something: repeated a call, ended it, changed the breaker's state.</summary>
    public void Activated(string policy, string direction, string target, string status = "")
    {
        if (_isEnabled)
        {
            _activated.At(new(direction, _name, "", policy, status, target)).Increment();
            if (policy == Gauge)
            {
                SetState(direction, target, status);
            }
        }
    }

    private void SetState(string direction, string target, string status)
    {
        foreach (var state in States)
        {
            _states.At(new(direction, _name, "", Gauge, state, target)).Set(state == status ? 1 : 0);
        }
    }
}
