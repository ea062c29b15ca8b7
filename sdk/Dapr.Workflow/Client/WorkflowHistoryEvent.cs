namespace Dapr.Workflow.Client;

/// <summary>An event of an instance's history.</summary>
/// <param name="EventId">The id of the action that caused it; -1 for what came from outside.</param>
/// <param name="EventType">What happened.</param>
/// <param name="Timestamp">When (UTC).</param>
public sealed record WorkflowHistoryEvent(int EventId, WorkflowHistoryEventType EventType, DateTime Timestamp);
