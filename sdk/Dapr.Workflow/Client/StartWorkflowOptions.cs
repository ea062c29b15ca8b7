namespace Dapr.Workflow.Client;

/// <summary>How a workflow is started.</summary>
public sealed class StartWorkflowOptions
{
    /// <summary>The instance's id; null: a generated one.</summary>
    public string? InstanceId { get; set; }

    /// <summary>When it starts; null: now.</summary>
    public DateTimeOffset? StartAt { get; set; }
}
