using Dapr.Workflow;
using Workflows.Tests.Replay;

namespace Workflows.Tests.Golden;

/// <summary>One line of a recorded history: something the workflow asked for, or something that happened. Kinds have the names they have in Dapr's histories.</summary>
/// <param name="Kind">What it is.</param>
/// <param name="Id">The number of the action asked for, or of the one that ended; -1 for an event from outside.</param>
/// <param name="Name">Of the activity, the child workflow or the event.</param>
/// <param name="At">When it happened (UTC).</param>
/// <param name="Json">Result or payload.</param>
/// <param name="ErrorType">What the activity failed with.</param>
/// <param name="Error">The failure in words.</param>
internal sealed record GoldenEntry(string Kind, int Id, string? Name = null, DateTime? At = null, string? Json = null, string? ErrorType = null, string? Error = null)
{
    private const string Activity = "TaskScheduled";
    private const string Timer = "TimerCreated";
    private const string Child = "ChildWorkflowInstanceCreated";
    private const string Raised = "EventRaised";
    private const string Failed = "TaskFailed";
    private const string Done = "TaskCompleted";

    public bool IsAction => Kind is Activity or Timer or Child;

    public static GoldenEntry Of(ReplayAction action, int id) =>
        action.IsTimer ? new GoldenEntry(Timer, id) : new GoldenEntry(action.IsChild ? Child : Activity, id, action.Name);

    public static GoldenEntry Of(HistoryEvent happened) => happened switch
    {
        { EventName: { } name } => new GoldenEntry(Raised, happened.ActionId, name, happened.At, happened.Json),
        { Error: WorkflowTaskFailedException { FailureDetails: var details } } => new GoldenEntry(Failed, happened.ActionId, null, happened.At, null, details.ErrorType, details.ErrorMessage),
        _ => new GoldenEntry(Done, happened.ActionId, null, happened.At, happened.Json),
    };

    /// <summary>What happened, as the context takes it.</summary>
    public HistoryEvent ToEvent() => Kind switch
    {
        Raised => new HistoryEvent(At!.Value, Id, Json, EventName: Name),
        Failed => new HistoryEvent(At!.Value, Id, Error: new WorkflowTaskFailedException(Error!, new WorkflowTaskFailureDetails(ErrorType!, Error!))),
        _ => new HistoryEvent(At!.Value, Id, Json),
    };

    /// <summary>The action in words.</summary>
    public string ActionText() => Kind switch
    {
        Activity => $"activity '{Name}'",
        Child => $"child workflow '{Name}'",
        _ => "a timer",
    };
}
