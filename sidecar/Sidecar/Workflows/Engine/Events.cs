using Dapr.DurableTask.Protobuf;
using Google.Protobuf.WellKnownTypes;

namespace Sidecar.Workflows.Engine;

/// <summary>Makes history events.</summary>
internal static class Events
{
    /// <summary>The id of what comes from outside.</summary>
    public const int FromOutside = -1;

    public static HistoryEvent TurnStarted(Timestamp now, WorkflowVersion? version = null) =>
        new() { EventId = FromOutside, Timestamp = now, WorkflowStarted = new WorkflowStartedEvent { Version = version } };

    public static HistoryEvent Raised(Timestamp now, string name, string? input) =>
        new() { EventId = FromOutside, Timestamp = now, EventRaised = new EventRaisedEvent { Name = name, Input = input } };

    public static HistoryEvent Terminated(Timestamp now, string? output, bool recurse) =>
        new() { EventId = FromOutside, Timestamp = now, ExecutionTerminated = new ExecutionTerminatedEvent { Input = output, Recurse = recurse } };

    public static HistoryEvent Suspended(Timestamp now, string? reason) =>
        new() { EventId = FromOutside, Timestamp = now, ExecutionSuspended = new ExecutionSuspendedEvent { Input = reason } };

    public static HistoryEvent Resumed(Timestamp now, string? reason) =>
        new() { EventId = FromOutside, Timestamp = now, ExecutionResumed = new ExecutionResumedEvent { Input = reason } };

    public static HistoryEvent TimerFired(Timestamp now, int timerId, DateTimeOffset fireAt) =>
        new() { EventId = FromOutside, Timestamp = now, TimerFired = new TimerFiredEvent { TimerId = timerId, FireAt = Timestamp.FromDateTimeOffset(fireAt) } };

    public static HistoryEvent TaskFailed(Timestamp now, int taskId, string taskExecutionId, TaskFailureDetails details) =>
        new() { EventId = FromOutside, Timestamp = now, TaskFailed = new TaskFailedEvent { TaskScheduledId = taskId, TaskExecutionId = taskExecutionId, FailureDetails = details } };

    public static HistoryEvent TaskCompleted(Timestamp now, int taskId, string taskExecutionId, string? result) =>
        new() { EventId = FromOutside, Timestamp = now, TaskCompleted = new TaskCompletedEvent { TaskScheduledId = taskId, TaskExecutionId = taskExecutionId, Result = result } };

    public static HistoryEvent ChildCompleted(Timestamp now, int taskId, string? result) =>
        new() { EventId = FromOutside, Timestamp = now, ChildWorkflowInstanceCompleted = new ChildWorkflowInstanceCompletedEvent { TaskScheduledId = taskId, Result = result } };

    public static HistoryEvent ChildFailed(Timestamp now, int taskId, TaskFailureDetails details) =>
        new() { EventId = FromOutside, Timestamp = now, ChildWorkflowInstanceFailed = new ChildWorkflowInstanceFailedEvent { TaskScheduledId = taskId, FailureDetails = details } };

    public static TaskFailureDetails Failure(string type, string message) =>
        new() { ErrorType = type, ErrorMessage = message, IsNonRetriable = true };

    /// <summary>Whether an event was caused by an action of the workflow, so that its id is the action's.</summary>
    public static bool IsFromAction(HistoryEvent e) => e.EventTypeCase is
        HistoryEvent.EventTypeOneofCase.TaskScheduled
        or HistoryEvent.EventTypeOneofCase.TimerCreated
        or HistoryEvent.EventTypeOneofCase.ChildWorkflowInstanceCreated
        or HistoryEvent.EventTypeOneofCase.EventSent
        or HistoryEvent.EventTypeOneofCase.DetachedWorkflowInstanceCreated;

    /// <summary>Whether a status is final.</summary>
    public static bool IsFinal(OrchestrationStatus status) => status is
        OrchestrationStatus.Completed or OrchestrationStatus.Failed or OrchestrationStatus.Canceled or OrchestrationStatus.Terminated;
}
