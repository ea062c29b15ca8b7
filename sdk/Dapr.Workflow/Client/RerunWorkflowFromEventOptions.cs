namespace Dapr.Workflow.Client;

/// <summary>How a workflow is run again from one of its events.</summary>
public sealed class RerunWorkflowFromEventOptions
{
    /// <summary>The id of the new instance; null: a generated one.</summary>
    public string? NewInstanceId { get; set; }

    /// <summary>Another input of the event; used only with <see cref="OverwriteInput"/>.</summary>
    public object? Input { get; set; }

    /// <summary>Whether the input is replaced; default false.</summary>
    public bool OverwriteInput { get; set; }
}
