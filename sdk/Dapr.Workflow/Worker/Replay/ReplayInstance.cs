using Proto = Dapr.DurableTask.Protobuf;

namespace Dapr.Workflow.Worker.Replay;

/// <summary>What the history says about the instance of a turn.</summary>
internal sealed record ReplayInstance(string InstanceId, string Name)
{
    public string? ExecutionId { get; init; }

    /// <summary>The app the workflow runs in, when the history says so.</summary>
    public string? AppId { get; init; }

    public string? Input { get; init; }

    public Proto.TraceContext? Trace { get; init; }

    /// <summary>The events that acknowledge actions, by the action's id.</summary>
    public required IReadOnlyDictionary<int, Proto.HistoryEvent> CreatedById { get; init; }

    public static ReplayInstance From(Proto.WorkflowRequest request)
    {
        var events = request.PastEvents.Concat(request.NewEvents).ToList();
        var entry = events.FindLast(candidate => candidate.ExecutionStarted is not null);
        var started = entry?.ExecutionStarted;
        var version = events.FindLast(candidate => candidate.WorkflowStarted?.Version?.HasName == true)?.WorkflowStarted.Version.Name;
        return new ReplayInstance(request.InstanceId, started?.Name ?? version ?? string.Empty)
        {
            ExecutionId = request.ExecutionId ?? started?.WorkflowInstance?.ExecutionId,
            AppId = AppOf(entry?.Router),
            Input = started?.Input,
            Trace = started?.ParentTraceContext,
            CreatedById = events.Where(IsCreated).GroupBy(candidate => candidate.EventId).ToDictionary(group => group.Key, group => group.First()),
        };
    }

    internal static bool IsCreated(Proto.HistoryEvent entry) => entry.EventTypeCase
        is Proto.HistoryEvent.EventTypeOneofCase.TaskScheduled
        or Proto.HistoryEvent.EventTypeOneofCase.TimerCreated
        or Proto.HistoryEvent.EventTypeOneofCase.ChildWorkflowInstanceCreated
        or Proto.HistoryEvent.EventTypeOneofCase.EventSent;

    private static string? AppOf(Proto.TaskRouter? router)
    {
        var app = router is { HasTargetAppID: true } ? router.TargetAppID : router?.SourceAppID;
        return string.IsNullOrEmpty(app) ? null : app;
    }
}
