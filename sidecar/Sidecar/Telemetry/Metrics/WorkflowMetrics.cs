namespace Sidecar.Telemetry.Metrics;

/// <summary>Operations on workflows, their executions and those of their activities, under daprd's names.</summary>
/// <param name="limit">The most bytes that a message may have; payloads are measured against it.</param>
internal sealed class WorkflowMetrics(SidecarMetrics metrics, string scope, long limit)
{
    private const string Prefix = "dapr_runtime_workflow_";
    private const string Failed = "failed";
    private const string Success = "success";
    private static readonly double[] Ratios = [0.1, 0.25, 0.5, 0.75, 0.9, 0.95, 0.99, 1, 1.5, 2];
    private readonly OperationMetrics _operations = Of(metrics, "operation", "namespace", "operation", "status");
    private readonly OperationMetrics _executions = Of(metrics, "execution", "namespace", "status", "workflow_name");
    private readonly OperationMetrics _activityOperations = Of(metrics, "activity_operation", "activity_name", "namespace", "status");
    private readonly OperationMetrics _activityExecutions = Of(metrics, "activity_execution", "activity_name", "namespace", "status");
    private readonly MetricFamily<Distribution> _scheduling = metrics.Distributions(Prefix + "scheduling_latency", metrics.LatencyBuckets, "namespace", "workflow_name");
    private readonly MetricFamily<Distribution> _payload = metrics.Distributions(Prefix + "payload_size_ratio", Ratios, "namespace", "workflow_name");
    private readonly MetricFamily<Distribution> _activityPayload = metrics.Distributions(Prefix + "activity_payload_size_ratio", Ratios, "activity_name", "namespace", "workflow_name");

    /// <summary>Whether anything is counted.</summary>
    public bool IsEnabled => metrics.IsEnabled;

    /// <summary>A client created an instance, or could not.</summary>
    public void Created(bool success, TimeSpan took) => _operations.Record(new(scope, "create_workflow", Word(success)), took);

    /// <summary>A client sent an event, or a wish to pause, to resume or to end, or could not.</summary>
    public void EventAdded(bool success, TimeSpan took) => _operations.Record(new(scope, "add_event", Word(success)), took);

    /// <summary>A client had an instance removed, or could not.</summary>
    public void Purged(bool success, TimeSpan took) => _operations.Record(new(scope, "purge_workflow", Word(success)), took);

    /// <summary>The first turn of an instance begins, so long after it was due.</summary>
    public void Scheduled(string workflow, TimeSpan late)
    {
        if (metrics.IsEnabled)
        {
            _scheduling.At(new(scope, workflow)).Add(Math.Floor(late.TotalMilliseconds));
        }
    }

    /// <summary>A turn with so many bytes begins.</summary>
    public void TurnSent(string workflow, int size)
    {
        if (metrics.IsEnabled && limit > 0)
        {
            _payload.At(new(scope, workflow)).Add((double)size / limit);
        }
    }

    /// <summary>An instance ended as <c>success</c>, <c>failed</c> or <c>terminated</c>.</summary>
    public void Ended(string workflow, string status, TimeSpan took) => _executions.Record(new(scope, status, workflow), took);

    /// <summary>A worker got an activity with so many bytes.</summary>
    public void ActivitySent(string workflow, string activity, int size)
    {
        _activityOperations.Record(new(activity, scope, Success), TimeSpan.Zero);
        if (metrics.IsEnabled && limit > 0)
        {
            _activityPayload.At(new(activity, scope, workflow)).Add((double)size / limit);
        }
    }

    /// <summary>A worker answered an activity.</summary>
    public void ActivityEnded(string activity, bool success, TimeSpan took) => _activityExecutions.Record(new(activity, scope, Word(success)), took);

    private static OperationMetrics Of(SidecarMetrics metrics, string name, params string[] labels) => new(metrics, Prefix + name, Prefix + name + "_latency", labels);

    private static string Word(bool success) => success ? Success : Failed;
}
