using Proto = Dapr.DurableTask.Protobuf;

namespace Dapr.Workflow.Worker.Replay;

/// <summary>What each event of a history means to a workflow.</summary>
internal static class ReplayEvents
{
    internal static void Apply(ReplayContext context, Proto.HistoryEvent entry)
    {
        switch (entry.EventTypeCase)
        {
            case Proto.HistoryEvent.EventTypeOneofCase.WorkflowStarted:
                context.SetTime(entry.Timestamp);
                context.Patches.Record(entry.WorkflowStarted.Version?.Patches ?? []);
                break;
            case Proto.HistoryEvent.EventTypeOneofCase.TaskCompleted:
                context.Tasks.Complete(entry.TaskCompleted.TaskScheduledId, entry, entry.TaskCompleted.TaskExecutionId);
                break;
            case Proto.HistoryEvent.EventTypeOneofCase.TaskFailed:
                context.Tasks.Complete(entry.TaskFailed.TaskScheduledId, entry, entry.TaskFailed.TaskExecutionId);
                break;
            case Proto.HistoryEvent.EventTypeOneofCase.ChildWorkflowInstanceCompleted:
                context.Tasks.Complete(entry.ChildWorkflowInstanceCompleted.TaskScheduledId, entry);
                break;
            case Proto.HistoryEvent.EventTypeOneofCase.ChildWorkflowInstanceFailed:
                context.Tasks.Complete(entry.ChildWorkflowInstanceFailed.TaskScheduledId, entry);
                break;
            case Proto.HistoryEvent.EventTypeOneofCase.TimerFired:
                context.Tasks.Complete(entry.TimerFired.TimerId, entry);
                break;
            case Proto.HistoryEvent.EventTypeOneofCase.EventRaised:
                context.Events.Deliver(entry);
                break;
            default:
                if (ReplayInstance.IsCreated(entry))
                {
                    context.Acknowledge(entry);
                }

                break;
        }
    }
}
