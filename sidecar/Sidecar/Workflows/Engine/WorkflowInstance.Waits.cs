using Dapr.DurableTask.Protobuf;

namespace Sidecar.Workflows.Engine;

/// <content>Why an instance does not advance.</content>
internal sealed partial class WorkflowInstance
{
    private const int MostNamed = 3;

    /// <summary>When it last changed; the beginning of its wait.</summary>
    public DateTimeOffset? WaitsSince => IsActive ? _state!.LastUpdatedTimestamp.ToDateTimeOffset() : null;

    /// <summary>What it waits for, with so many workers connected; null when it has ended.</summary>
    public WorkflowWait? WaitsFor(int workers) =>
        !IsActive ? null
        : StepsUnderWay > 0 ? new(WorkflowWaitKind.Store, "the store, which has to write a step")
        : _state!.WorkflowStatus == OrchestrationStatus.Suspended ? new(WorkflowWaitKind.Workflow, "a resume: it is suspended")
        : _startPending && !IsStartDue ? new(WorkflowWaitKind.Workflow, $"its start at {_state.ScheduledStartTimestamp.ToDateTimeOffset():O}")
        : _turn is not null ? new(WorkflowWaitKind.Answer, "the answer of a worker that has its turn")
        : CanRun ? new(WorkflowWaitKind.Worker, Worker(workers))
        : OpenWork(workers);

    private string Worker(int workers) => workers == 0 ? $"a worker: none of app '{context.AppId}' is connected" : $"one of {workers} connected workers to have room";

    private WorkflowWait OpenWork(int workers)
    {
        var open = WorkflowFork.OpenOf(_history);
        var kind = _tasks.Values.Any(task => task.Token is null) ? WorkflowWaitKind.Worker : _tasks.Count > 0 ? WorkflowWaitKind.Answer : WorkflowWaitKind.Workflow;
        var named = string.Join("; ", open.Take(MostNamed).Select(e => Name(e, workers)));
        return new(kind, open.Count == 0 ? "an external event" : open.Count > MostNamed ? $"{named}; and {open.Count - MostNamed} more" : named);
    }

    private string Name(HistoryEvent e, int workers) => e switch
    {
        { TaskScheduled: { } task } when _tasks.GetValueOrDefault(e.EventId) is { Token: null } => $"activity '{task.Name}' (#{e.EventId}), which waits for {Worker(workers)}",
        { TaskScheduled: { } task } => $"activity '{task.Name}' (#{e.EventId}), which a worker has",
        { ChildWorkflowInstanceCreated: { } child } => $"child workflow '{child.InstanceId}'",
        { TimerCreated: { ExternalEvent: { } external, FireAt: var until } } => $"event '{external.Name}' until {until.ToDateTimeOffset():O}",
        _ => $"a timer at {e.TimerCreated.FireAt.ToDateTimeOffset():O}",
    };
}
