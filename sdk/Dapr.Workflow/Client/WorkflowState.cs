using Dapr.Common.Serialization;
using Proto = Dapr.DurableTask.Protobuf;

namespace Dapr.Workflow;

/// <summary>The state of an instance.</summary>
public sealed class WorkflowState
{
    private readonly Proto.WorkflowState? state;
    private readonly IDaprSerializer serializer;

    internal WorkflowState(Proto.WorkflowState? state, IDaprSerializer serializer)
    {
        this.state = state;
        this.serializer = serializer;
        FailureDetails = Convert.ToFailureDetails(state?.FailureDetails);
    }

    /// <summary>The workflow's name; empty when there is no such instance.</summary>
    public string WorkflowName => state?.Name ?? string.Empty;

    /// <summary>Whether there is such an instance.</summary>
    public bool Exists => state is not null;

    /// <summary>Whether it runs now.</summary>
    public bool IsWorkflowRunning => RuntimeStatus == WorkflowRuntimeStatus.Running;

    /// <summary>Whether it has ended: completed, failed or terminated.</summary>
    public bool IsWorkflowCompleted => RuntimeStatus is WorkflowRuntimeStatus.Completed or WorkflowRuntimeStatus.Failed or WorkflowRuntimeStatus.Terminated;

    /// <summary>When it was created.</summary>
    public DateTimeOffset CreatedAt => state?.CreatedTimestamp?.ToDateTimeOffset() ?? default;

    /// <summary>When it last changed.</summary>
    public DateTimeOffset LastUpdatedAt => state?.LastUpdatedTimestamp?.ToDateTimeOffset() ?? default;

    /// <summary>Its status; Unknown when there is no such instance.</summary>
    public WorkflowRuntimeStatus RuntimeStatus => state is null ? WorkflowRuntimeStatus.Unknown : (WorkflowRuntimeStatus)(int)state.WorkflowStatus;

    /// <summary>Why it failed, or null.</summary>
    public WorkflowTaskFailureDetails? FailureDetails { get; }

    /// <summary>Reads the input; the default when there is none or it was not asked for.</summary>
    public T? ReadInputAs<T>() => serializer.Deserialize<T>(state?.Input);

    /// <summary>Reads the output; the default when there is none or it was not asked for.</summary>
    public T? ReadOutputAs<T>() => serializer.Deserialize<T>(state?.Output);

    /// <summary>Reads the custom status; the default when there is none.</summary>
    public T? ReadCustomStatusAs<T>() => serializer.Deserialize<T>(state?.CustomStatus);
}
