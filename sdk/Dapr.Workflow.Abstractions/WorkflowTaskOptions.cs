namespace Dapr.Workflow;

/// <summary>Options of a call.</summary>
/// <param name="RetryPolicy">How often and when a failed call is repeated; null: never.</param>
/// <param name="TargetAppId">The app that runs it; null: this one.</param>
/// <param name="PropagationScope">What of the caller's history it gets to see.</param>
public record WorkflowTaskOptions(WorkflowRetryPolicy? RetryPolicy = null, string? TargetAppId = null, HistoryPropagationScope PropagationScope = HistoryPropagationScope.None)
{
    /// <summary>The same options with another scope of history.</summary>
    public WorkflowTaskOptions WithHistoryPropagation(HistoryPropagationScope scope) => this with { PropagationScope = scope };
}
