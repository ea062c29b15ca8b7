namespace Dapr.Workflow;

/// <summary>Options of a call of a child workflow.</summary>
/// <param name="InstanceId">The child's id; null: a generated one.</param>
/// <param name="RetryPolicy">How often and when a failed call is repeated; null: never.</param>
/// <param name="TargetAppId">The app that runs it; null: this one.</param>
/// <param name="PropagationScope">What of the caller's history it gets to see.</param>
public record ChildWorkflowTaskOptions(
    string? InstanceId = null, WorkflowRetryPolicy? RetryPolicy = null, string? TargetAppId = null, HistoryPropagationScope PropagationScope = HistoryPropagationScope.None)
    : WorkflowTaskOptions(RetryPolicy, TargetAppId, PropagationScope)
{
    /// <summary>The same options with another scope of history.</summary>
    public new ChildWorkflowTaskOptions WithHistoryPropagation(HistoryPropagationScope scope) => this with { PropagationScope = scope };
}
