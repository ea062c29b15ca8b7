using Proto = Dapr.DurableTask.Protobuf;

namespace Dapr.Workflow.Worker.Replay;

/// <summary>What an action of the code, or the event an action became in the history, does: enough to see whether the two are the same.</summary>
internal readonly record struct ReplayedAction(string Kind, string? Name)
{
    public static ReplayedAction Of(Proto.WorkflowAction action) => action.WorkflowActionTypeCase switch
    {
        Proto.WorkflowAction.WorkflowActionTypeOneofCase.ScheduleTask => Activity(action.ScheduleTask.Name),
        Proto.WorkflowAction.WorkflowActionTypeOneofCase.CreateChildWorkflow => Child(action.CreateChildWorkflow.Name),
        Proto.WorkflowAction.WorkflowActionTypeOneofCase.CreateTimer => Timer,
        _ => Event(action.SendEvent.Name),
    };

    public static ReplayedAction Of(Proto.HistoryEvent entry) => entry.EventTypeCase switch
    {
        Proto.HistoryEvent.EventTypeOneofCase.TaskScheduled => Activity(entry.TaskScheduled.Name),
        Proto.HistoryEvent.EventTypeOneofCase.ChildWorkflowInstanceCreated => Child(entry.ChildWorkflowInstanceCreated.Name),
        Proto.HistoryEvent.EventTypeOneofCase.TimerCreated => Timer,
        _ => Event(entry.EventSent.Name),
    };

    private static ReplayedAction Timer => new("a timer", null);

    public bool IsSameAs(ReplayedAction other) => Kind == other.Kind && string.Equals(Name, other.Name, StringComparison.OrdinalIgnoreCase);

    public override string ToString() => Name is null ? Kind : $"{Kind} '{Name}'";

    private static ReplayedAction Activity(string name) => new("activity", name);

    private static ReplayedAction Child(string name) => new("child workflow", name);

    private static ReplayedAction Event(string name) => new("event", name);
}
