namespace Dapr.Workflow;

/// <summary>A child workflow in a propagated history.</summary>
public sealed record PropagatedHistoryWorkflowResult(string Name, PropagatedHistoryStatus Status, string? Output, WorkflowTaskFailureDetails? FailureDetails);
