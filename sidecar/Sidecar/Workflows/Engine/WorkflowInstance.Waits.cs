using Dapr.DurableTask.Protobuf;

namespace Sidecar.Workflows.Engine;

/// <content>Why an instance does not advance.</content>
internal sealed partial class WorkflowInstance
{
    private const int MostNamed = 3;
    private const string AnswerOfAWorker = "the answer of a worker";
    private const string AnEvent = "an external event";

    /// <summary>When it last changed; the beginning of its wait.</summary>
    public DateTimeOffset? WaitsSince => IsActive || StepsUnderWay > 0 ? _state?.LastUpdatedTimestamp.ToDateTimeOffset() : null;

    /// <summary>What it waits for; null when it has ended, durably.</summary>
    public WorkflowWait? WaitsFor() =>
        StepsUnderWay > 0 ? new("the store, which has to write a step", "the store", IsProblem: true)
        : !IsActive ? null
        : _state!.WorkflowStatus == OrchestrationStatus.Suspended ? new("a resume: it is suspended", "a resume")
        : _startPending && !IsStartDue ? new($"its start at {_state.ScheduledStartTimestamp.ToDateTimeOffset():O}", "the time they are to start at")
        : _turn is not null ? new("the answer of a worker that has its turn", AnswerOfAWorker, IsProblem: true)
        : IsHeldBack ? WaitForAttempt(this)
        : CanRun ? WaitForWorker(context.AppId)
        : WaitForWork();

    private WorkflowWait WaitForWorker(string app) => context.Environment.Peers.Find(app)?.Dispatcher.Workers switch
    {
        null => new(context.AbsentApp(app), context.AbsentApp(app), IsProblem: true),
        0 => new($"a worker: none of app '{app}' is connected", $"a worker: none of app '{app}' is connected", IsProblem: true),
        { } workers => new($"one of {workers} connected workers to have room", "a worker to have room", IsProblem: true),
    };

    private static WorkflowWait WaitForAttempt(IDispatched work) =>
        new($"its next attempt: {work.Losses} workers have gone, one after the other, while they had it", "the next attempt of work whose workers have gone each time", IsProblem: true);

    private WorkflowWait WaitOf(ActivityTask task) =>
        task.IsHeldBack ? WaitForAttempt(task)
        : task.WaitsForEqual ? new("the answer to another of that number of an instance of that id, as the worker which has it answers without tokens", "answers of workers without tokens", IsProblem: true)
        : WaitForWorker(task.App);

    private WorkflowWait WaitForWork()
    {
        var open = WorkflowFork.OpenOf(_history);
        var named = string.Join("; ", open.Take(MostNamed).Select(Name));
        var text = open.Count == 0 ? AnEvent : open.Count > MostNamed ? $"{named}; and {open.Count - MostNamed} more" : named;
        return WaitingTasks.FirstOrDefault() is { } waiting ? new(text, WaitOf(waiting).Summary, IsProblem: true)
            : _tasks.Count > 0 ? new(text, AnswerOfAWorker, IsProblem: true)
            : new(text, open.Count == 0 ? AnEvent : Kind(open[0]));
    }

    private string Kind(HistoryEvent e) => e switch
    {
        { ChildWorkflowInstanceCreated: not null } => $"a child workflow{OfApp(ForeignApp(e.Router))}",
        { TimerCreated.ExternalEvent: { } external } => $"event '{external.Name}'",
        _ => "a timer",
    };

    private string Name(HistoryEvent e) => e switch
    {
        { TaskScheduled: { } task } when _tasks.GetValueOrDefault(e.EventId) is { Token: null } waiting => $"activity '{task.Name}' (#{e.EventId}), which waits for {WaitOf(waiting).Text}",
        { TaskScheduled: { } task } => $"activity '{task.Name}' (#{e.EventId}), which a worker{OfApp(ForeignApp(e.Router))} has",
        { ChildWorkflowInstanceCreated: { } child } => $"child workflow '{child.InstanceId}'{OfApp(ForeignApp(e.Router))}",
        { TimerCreated: { ExternalEvent: { } external, FireAt: var until } } => $"event '{external.Name}' until {until.ToDateTimeOffset():O}",
        _ => $"a timer at {e.TimerCreated.FireAt.ToDateTimeOffset():O}",
    };

    private string OfApp(string? app) => app is null ? "" : context.Environment.Peers.Find(app) is null ? $" of {context.AbsentApp(app)}" : $" of app '{app}'";
}
