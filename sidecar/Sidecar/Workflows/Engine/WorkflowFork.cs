using Dapr.DurableTask.Protobuf;

namespace Sidecar.Workflows.Engine;

/// <summary>
/// How a new instance goes on from within the history of one that has ended: with what had come about before an event, and with that event and
/// all else that was open then begun again.
/// </summary>
/// <param name="Start">The event that starts the new instance.</param>
/// <param name="History">What it has behind it.</param>
/// <param name="Again">The activities, timers and children it begins with.</param>
internal sealed record WorkflowFork(HistoryEvent Start, IReadOnlyList<HistoryEvent> History, IReadOnlyList<HistoryEvent> Again)
{
    /// <summary>Cuts a history at an event; children that begin again get ids of their own, made from <paramref name="newId"/>.</summary>
    public static WorkflowFork Of(string sourceId, string newId, IReadOnlyList<HistoryEvent> history, HistoryEvent from)
    {
        var before = history.TakeWhile(e => !ReferenceEquals(e, from)).ToList();
        var open = OpenOf(before);
        var start = before.First(e => e.ExecutionStarted is not null).Clone();
        start.ExecutionStarted.WorkflowInstance.InstanceId = newId;
        start.ExecutionStarted.ScheduledStartTimestamp = null;
        var begunAgain = open.Select(e => e.EventId).ToHashSet();
        List<HistoryEvent> behind = [.. before.Where(e => !(IsBegun(e) && begunAgain.Contains(e.EventId))).Select(e => e.ExecutionStarted is null ? e.Clone() : start)];
        List<HistoryEvent> again = [.. open.Append(from).Select(e => Again(e, newId))];
        SetParent(again[^1], new RerunParentInstanceInfo { InstanceID = sourceId });
        return new WorkflowFork(start, behind, again);

        static HistoryEvent Again(HistoryEvent e, string newId)
        {
            var copy = e.Clone();
            copy.ChildWorkflowInstanceCreated?.InstanceId = $"{newId}:{e.EventId:x4}";
            return copy;
        }
    }

    /// <summary>Sets the input of the event from which the new instance goes on.</summary>
    public void SetInput(string? input)
    {
        Again[^1].TaskScheduled?.Input = input;
        Again[^1].ChildWorkflowInstanceCreated?.Input = input;
    }

    /// <summary>What was begun in a piece of history and not ended there, in order.</summary>
    public static List<HistoryEvent> OpenOf(IReadOnlyList<HistoryEvent> history)
    {
        var open = new Dictionary<int, HistoryEvent>();
        foreach (var e in history)
        {
            if (IsBegun(e))
            {
                open[e.EventId] = e;
            }
            else if (EndedBy(e) is { } id)
            {
                open.Remove(id);
            }
        }

        return [.. history.Where(e => IsBegun(e) && ReferenceEquals(open.GetValueOrDefault(e.EventId), e))];
    }

    private static bool IsBegun(HistoryEvent e) => e.TaskScheduled is not null || e.TimerCreated is not null || e.ChildWorkflowInstanceCreated is not null;

    /// <summary>The id of what an event of history ends; null when it ends nothing.</summary>
    public static int? EndedBy(HistoryEvent e) => e.EventTypeCase switch
    {
        HistoryEvent.EventTypeOneofCase.TaskCompleted => e.TaskCompleted.TaskScheduledId,
        HistoryEvent.EventTypeOneofCase.TaskFailed => e.TaskFailed.TaskScheduledId,
        HistoryEvent.EventTypeOneofCase.TimerFired => e.TimerFired.TimerId,
        HistoryEvent.EventTypeOneofCase.ChildWorkflowInstanceCompleted => e.ChildWorkflowInstanceCompleted.TaskScheduledId,
        HistoryEvent.EventTypeOneofCase.ChildWorkflowInstanceFailed => e.ChildWorkflowInstanceFailed.TaskScheduledId,
        _ => null,
    };

    private static void SetParent(HistoryEvent e, RerunParentInstanceInfo parent)
    {
        e.TaskScheduled?.RerunParentInstanceInfo = parent;
        e.TimerCreated?.RerunParentInstanceInfo = parent;
        e.ChildWorkflowInstanceCreated?.RerunParentInstanceInfo = parent;
    }
}
