using System.Diagnostics;

namespace Sidecar.Telemetry.Metrics;

/// <summary>Operations on components, under daprd's names.</summary>
internal sealed class ComponentMetrics(SidecarMetrics metrics, string scope)
{
    private readonly MetricFamily<Counter> _state = metrics.Counters("dapr_component_state_count", "component", "namespace", "operation", "success");
    private readonly MetricFamily<Distribution> _stateLatency = metrics.Distributions("dapr_component_state_latencies", Distribution.Latency, "component", "namespace", "operation", "success");
    private readonly MetricFamily<Counter> _secrets = metrics.Counters("dapr_component_secret_count", "component", "namespace", "operation", "success");
    private readonly MetricFamily<Distribution> _secretLatency = metrics.Distributions("dapr_component_secret_latencies", Distribution.Latency, "component", "namespace", "operation", "success");
    private readonly MetricFamily<Counter> _egress = metrics.Counters("dapr_component_pubsub_egress_count", "component", "namespace", "success", "topic");
    private readonly MetricFamily<Distribution> _egressLatency = metrics.Distributions("dapr_component_pubsub_egress_latencies", Distribution.Latency, "component", "namespace", "success", "topic");
    private readonly MetricFamily<Counter> _ingress = metrics.Counters("dapr_component_pubsub_ingress_count", "component", "namespace", "process_status", "status", "topic");
    private readonly MetricFamily<Distribution> _ingressLatency = metrics.Distributions("dapr_component_pubsub_ingress_latencies", Distribution.Latency, "component", "namespace", "process_status", "status", "topic");

    /// <summary>Whether anything is counted.</summary>
    public bool IsEnabled => metrics.IsEnabled;

    /// <summary>A state operation: <c>get</c>, <c>set</c>, <c>delete</c>, <c>bulk_get</c>, <c>transaction</c>, <c>query</c>.</summary>
    public void State(string component, string operation, bool success, long began) => Record(_state, _stateLatency, new(component, scope, operation, Word(success)), began);

    /// <summary>A secret operation: <c>get</c> or <c>bulk_get</c>.</summary>
    public void Secret(string component, string operation, bool success, long began) => Record(_secrets, _secretLatency, new(component, scope, operation, Word(success)), began);

    /// <summary>An event was handed to a broker, or not.</summary>
    public void Published(string component, string topic, bool success, long began) => Record(_egress, _egressLatency, new(component, scope, Word(success), topic), began);

    /// <summary>The app answered an event; <paramref name="status"/> is <c>success</c>, <c>retry</c> or <c>drop</c>.</summary>
    public void Delivered(string component, string topic, string status, long began) => Record(_ingress, _ingressLatency, new(component, scope, status, status, topic), began);

    private void Record(MetricFamily<Counter> counts, MetricFamily<Distribution> latencies, LabelValues labels, long began)
    {
        if (metrics.IsEnabled)
        {
            counts.At(labels).Increment();
            latencies.At(labels).Add(Math.Floor(Stopwatch.GetElapsedTime(began).TotalMilliseconds));
        }
    }

    private static string Word(bool success) => success ? "true" : "false";
}
