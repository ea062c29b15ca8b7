namespace Dapr.Workflow.Client;

/// <summary>A page of instance ids.</summary>
/// <param name="InstanceIds">The ids.</param>
/// <param name="ContinuationToken">What asks for the next page; null: this is the last.</param>
public sealed record WorkflowInstancePage(IReadOnlyList<string> InstanceIds, string? ContinuationToken);
