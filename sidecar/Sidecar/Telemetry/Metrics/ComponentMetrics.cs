namespace Sidecar.Telemetry.Metrics;

/// <summary>Operations on components, under daprd's names.</summary>
internal sealed class ComponentMetrics(SidecarMetrics metrics, string scope)
{
    private const string Prefix = "dapr_component_";
    private readonly OperationMetrics _state = new(metrics, Prefix + "state", "component", "namespace", "operation", "success");
    private readonly OperationMetrics _secrets = new(metrics, Prefix + "secret", "component", "namespace", "operation", "success");
    private readonly OperationMetrics _configuration = new(metrics, Prefix + "configuration", "component", "namespace", "operation", "success");
    private readonly OperationMetrics _crypto = new(metrics, Prefix + "crypto", "component", "namespace", "operation", "success");
    private readonly OperationMetrics _outputs = new(metrics, Prefix + "output_binding", "component", "namespace", "operation", "success");
    private readonly OperationMetrics _inputs = new(metrics, Prefix + "input_binding", "component", "namespace", "success");
    private readonly OperationMetrics _egress = new(metrics, Prefix + "pubsub_egress", "component", "namespace", "success", "topic");
    private readonly OperationMetrics _bulkEgress = new(metrics, Prefix + "pubsub_egress_bulk", "component", "namespace", "success", "topic");
    private readonly MetricFamily<Counter> _bulkPublished = metrics.Counters(Prefix + "pubsub_egress_bulk_event_count", "component", "namespace", "success", "topic");
    private readonly OperationMetrics _ingress = new(metrics, Prefix + "pubsub_ingress", "component", "namespace", "process_status", "status", "topic");
    private readonly OperationMetrics _bulkIngress = new(metrics, Prefix + "pubsub_ingress_bulk", "component", "namespace", "process_status", "topic");
    private readonly MetricFamily<Counter> _bulkEvents = metrics.Counters(Prefix + "pubsub_ingress_bulk_event_count", "component", "namespace", "process_status", "topic");
    private readonly MetricFamily<Counter> _jobsTaken = metrics.Counters(Prefix + "job_success_count", "namespace", "operation");
    private readonly MetricFamily<Counter> _jobsRefused = metrics.Counters(Prefix + "job_failure_count", "namespace", "operation");
    private readonly MetricFamily<Distribution> _jobLatency = metrics.Distributions(Prefix + "job_latencies", metrics.LatencyBuckets, "namespace", "operation", "success");

    /// <summary>Whether anything is counted.</summary>
    public bool IsEnabled => metrics.IsEnabled;

    /// <summary>A state operation: <c>get</c>, <c>set</c>, <c>delete</c>, <c>bulk_get</c>, <c>transaction</c>, <c>query</c>.</summary>
    public void State(string component, string operation, bool success, long began) => _state.Record(new(component, scope, operation, Word(success)), began);

    /// <summary>A secret operation: <c>get</c> or <c>bulk_get</c>.</summary>
    public void Secret(string component, string operation, bool success, long began) => _secrets.Record(new(component, scope, operation, Word(success)), began);

    /// <summary>An operation of a configuration store: <c>get</c>, <c>subscribe</c> or <c>unsubscribe</c>.</summary>
    public void Configuration(string component, string operation, bool success, long began) => _configuration.Record(new(component, scope, operation, Word(success)), began);

    /// <summary>A key was wrapped or unwrapped, or not.</summary>
    public void Crypto(string component, bool success, long began) => _crypto.Record(new(component, scope, "crypto_op", Word(success)), began);

    /// <summary>An output binding was asked for an operation.</summary>
    public void OutputBinding(string component, string operation, bool success, long began) => _outputs.Record(new(component, scope, operation, Word(success)), began);

    /// <summary>The app took an event of an input binding, or not.</summary>
    public void InputBinding(string component, bool success, long began) => _inputs.Record(new(component, scope, Word(success)), began);

    /// <summary>An event was handed to a broker, or not.</summary>
    public void Published(string component, string topic, bool success, long began) => _egress.Record(new(component, scope, Word(success), topic), began);

    /// <summary>A bulk request was published, all of it or not. As in daprd the requests of which something was published are counted, without their topic.</summary>
    public void BulkPublished(string component, string topic, bool success, bool any, long began)
    {
        _bulkEgress.Record(new(component, scope, Word(success), topic), began);
        if (metrics.IsEnabled && any)
        {
            _bulkPublished.At(new(component, scope, "", "")).Increment();
        }
    }

    /// <summary>An event was offered to the app; <paramref name="process"/> and <paramref name="status"/> are <c>success</c>, <c>retry</c> or <c>drop</c>.</summary>
    public void Delivered(string component, string topic, string process, string status, long began) => _ingress.Record(new(component, scope, process, status, topic), began);

    /// <summary>Events were offered to the app in one delivery. daprd writes the word <c>pubsubName</c> in place of the component's name.</summary>
    /// <param name="statuses">Which of <c>SUCCESS</c>, <c>DROP</c> and <c>RETRY</c> there were.</param>
    public void BulkDelivered(string topic, IEnumerable<string> statuses, long began)
    {
        const string Component = "pubsubName";
        _bulkIngress.Record(new(Component, scope, "", topic), began);
        foreach (var status in metrics.IsEnabled ? statuses : [])
        {
            _bulkEvents.At(new(Component, scope, status, topic)).Increment();
        }
    }

    /// <summary>The app took a job that was due, or not.</summary>
    public void JobTriggered(bool success, long began)
    {
        const string Operation = "job_trigger_op";
        if (metrics.IsEnabled)
        {
            (success ? _jobsTaken : _jobsRefused).At(new(scope, Operation)).Increment();
            _jobLatency.At(new(scope, Operation, Word(success))).Add(OperationMetrics.Elapsed(began));
        }
    }

    private static string Word(bool success) => success ? "true" : "false";
}
