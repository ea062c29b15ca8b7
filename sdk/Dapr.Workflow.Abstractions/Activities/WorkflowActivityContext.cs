using Dapr.Workflow.Abstractions;

namespace Dapr.Workflow;

/// <summary>What an activity knows about its call.</summary>
public abstract class WorkflowActivityContext
{
    /// <summary>The activity's name.</summary>
    public abstract TaskIdentifier Identifier { get; }

    /// <summary>The key of this call: the same when it is repeated after a crash, another for a retry.</summary>
    public abstract string TaskExecutionKey { get; }

    /// <summary>The workflow that called it.</summary>
    public abstract string InstanceId { get; }
}
