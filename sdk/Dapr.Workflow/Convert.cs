using Dapr.Workflow.Client;
using Proto = Dapr.DurableTask.Protobuf;

namespace Dapr.Workflow;

/// <summary>Between the wire's messages and the types of the surface.</summary>
internal static class Convert
{
    internal static WorkflowTaskFailureDetails? ToFailureDetails(Proto.TaskFailureDetails? details) =>
        details is null ? null : new WorkflowTaskFailureDetails(details.ErrorType, details.ErrorMessage, details.StackTrace);

    internal static Proto.TaskFailureDetails ToFailureDetails(Exception exception, bool isNonRetriable = false) => new()
    {
        ErrorType = exception.GetType().FullName ?? exception.GetType().Name,
        ErrorMessage = exception.Message,
        StackTrace = exception.StackTrace,
        IsNonRetriable = isNonRetriable,
    };

    internal static WorkflowHistoryEvent ToHistoryEvent(Proto.HistoryEvent entry) =>
        new(entry.EventId, ToEventType(entry.EventTypeCase), entry.Timestamp?.ToDateTime() ?? default);

    private static WorkflowHistoryEventType ToEventType(Proto.HistoryEvent.EventTypeOneofCase type) => type switch
    {
        Proto.HistoryEvent.EventTypeOneofCase.ExecutionStarted => WorkflowHistoryEventType.ExecutionStarted,
        Proto.HistoryEvent.EventTypeOneofCase.ExecutionCompleted => WorkflowHistoryEventType.ExecutionCompleted,
        Proto.HistoryEvent.EventTypeOneofCase.ExecutionTerminated => WorkflowHistoryEventType.ExecutionTerminated,
        Proto.HistoryEvent.EventTypeOneofCase.TaskScheduled => WorkflowHistoryEventType.TaskScheduled,
        Proto.HistoryEvent.EventTypeOneofCase.TaskCompleted => WorkflowHistoryEventType.TaskCompleted,
        Proto.HistoryEvent.EventTypeOneofCase.TaskFailed => WorkflowHistoryEventType.TaskFailed,
        Proto.HistoryEvent.EventTypeOneofCase.ChildWorkflowInstanceCreated => WorkflowHistoryEventType.SubOrchestrationInstanceCreated,
        Proto.HistoryEvent.EventTypeOneofCase.ChildWorkflowInstanceCompleted => WorkflowHistoryEventType.SubOrchestrationInstanceCompleted,
        Proto.HistoryEvent.EventTypeOneofCase.ChildWorkflowInstanceFailed => WorkflowHistoryEventType.SubOrchestrationInstanceFailed,
        Proto.HistoryEvent.EventTypeOneofCase.TimerCreated => WorkflowHistoryEventType.TimerCreated,
        Proto.HistoryEvent.EventTypeOneofCase.TimerFired => WorkflowHistoryEventType.TimerFired,
        Proto.HistoryEvent.EventTypeOneofCase.WorkflowStarted => WorkflowHistoryEventType.OrchestratorStarted,
        Proto.HistoryEvent.EventTypeOneofCase.WorkflowCompleted => WorkflowHistoryEventType.OrchestratorCompleted,
        Proto.HistoryEvent.EventTypeOneofCase.EventSent => WorkflowHistoryEventType.EventSent,
        Proto.HistoryEvent.EventTypeOneofCase.EventRaised => WorkflowHistoryEventType.EventRaised,
        Proto.HistoryEvent.EventTypeOneofCase.ContinueAsNew => WorkflowHistoryEventType.ContinueAsNew,
        Proto.HistoryEvent.EventTypeOneofCase.ExecutionSuspended => WorkflowHistoryEventType.ExecutionSuspended,
        Proto.HistoryEvent.EventTypeOneofCase.ExecutionResumed => WorkflowHistoryEventType.ExecutionResumed,
        Proto.HistoryEvent.EventTypeOneofCase.ExecutionStalled => WorkflowHistoryEventType.ExecutionStalled,
        _ => WorkflowHistoryEventType.Unknown,
    };
}
