namespace Dapr.Workflow;

/// <summary>An activity in a propagated history.</summary>
public sealed record PropagatedHistoryActivityResult(
    string Name, PropagatedHistoryStatus Status, string? Input, string? Output, WorkflowTaskFailureDetails? FailureDetails);
