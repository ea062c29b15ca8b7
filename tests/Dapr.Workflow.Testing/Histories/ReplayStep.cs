using Dapr.DurableTask.Protobuf;
using Action = Dapr.DurableTask.Protobuf.WorkflowAction.WorkflowActionTypeOneofCase;
using Case = Dapr.DurableTask.Protobuf.HistoryEvent.EventTypeOneofCase;

namespace Dapr.Workflow.Testing.Histories;

/// <summary>Something a turn asked for, or its end, in words that are the same for the code's action and for the event it becomes in the history.</summary>
/// <param name="Id">The action's number; null for the end, which has none.</param>
/// <param name="What">What it is.</param>
/// <param name="Error">The type of the failure that it ends with.</param>
internal sealed record ReplayStep(int? Id, string What, string? Error = null)
{
    private const string Timer = "a timer";

    /// <summary>Whether the event came of a turn's answer.</summary>
    public static bool IsOfTheTurn(HistoryEvent e) => e.EventTypeCase
        is Case.TaskScheduled or Case.TimerCreated or Case.ChildWorkflowInstanceCreated or Case.DetachedWorkflowInstanceCreated or Case.EventSent or Case.ExecutionCompleted;

    public static ReplayStep Of(HistoryEvent e) => e.EventTypeCase switch
    {
        Case.TaskScheduled => new(e.EventId, Activity(e.TaskScheduled.Name)),
        Case.TimerCreated => new(e.EventId, Timer),
        Case.ChildWorkflowInstanceCreated => new(e.EventId, Child(e.ChildWorkflowInstanceCreated.Name)),
        Case.EventSent => new(e.EventId, Event(e.EventSent.Name)),
        Case.ExecutionCompleted => End(e.ExecutionCompleted.WorkflowStatus, e.ExecutionCompleted.Result, e.ExecutionCompleted.FailureDetails),
        _ => new(e.EventId, $"{e.EventTypeCase}"),
    };

    public static ReplayStep Of(WorkflowAction action) => action.WorkflowActionTypeCase switch
    {
        Action.ScheduleTask => new(action.Id, Activity(action.ScheduleTask.Name)),
        Action.CreateTimer => new(action.Id, Timer),
        Action.CreateChildWorkflow => new(action.Id, Child(action.CreateChildWorkflow.Name)),
        Action.SendEvent => new(action.Id, Event(action.SendEvent.Name)),
        Action.CompleteWorkflow => End(action.CompleteWorkflow.WorkflowStatus, action.CompleteWorkflow.Result, action.CompleteWorkflow.FailureDetails),
        _ => new(action.Id, $"{action.WorkflowActionTypeCase}"),
    };

    private static string Activity(string name) => $"activity '{name}'";

    private static string Child(string name) => $"child workflow '{name}'";

    private static string Event(string name) => $"event '{name}'";

    private static ReplayStep End(OrchestrationStatus status, string? result, TaskFailureDetails? failure) => (status, failure) switch
    {
        (_, { ErrorType: "NonDeterministicWorkflow" }) => new(null, failure.ErrorMessage, failure.ErrorType),
        (_, not null) => new(null, $"a failure: {failure.ErrorType} {failure.ErrorMessage}", failure.ErrorType),
        (OrchestrationStatus.ContinuedAsNew, _) => new(null, $"a new run with {result}"),
        _ => new(null, $"the end with {result}"),
    };
}
