using Dapr.DurableTask.Protobuf;

namespace Sidecar.Workflows.Engine;

/// <content>What is counted about turns, executions and activities.</content>
internal sealed partial class WorkflowInstance
{
    private void CountTurn(WorkItem item)
    {
        if (context.Metrics is not { } metrics)
        {
            return;
        }

        metrics.TurnSent(_state!.Name, item.CalculateSize());
        if (_startPending)
        {
            metrics.Scheduled(_state.Name, context.Time.GetUtcNow() - (_state.ScheduledStartTimestamp ?? _start[0].Timestamp).ToDateTimeOffset());
        }
    }

    private void CountEnd(OrchestrationStatus status) => context.Metrics?.Ended(
        _state!.Name,
        status switch { OrchestrationStatus.Completed => "success", OrchestrationStatus.Terminated => "terminated", _ => "failed" },
        context.Time.GetUtcNow() - (_state.StartedAt ?? _state.CreatedTimestamp).ToDateTimeOffset());

    private void CountActivity(ActivityTask task, WorkItem item)
    {
        if (context.Metrics is { } metrics)
        {
            task.BegunAt = context.Time.GetTimestamp();
            metrics.ActivitySent(_state!.Name, task.Scheduled.TaskScheduled.Name, item.CalculateSize());
        }
    }

    private void CountAnswer(ActivityTask task, bool success) =>
        context.Metrics?.ActivityEnded(task.Scheduled.TaskScheduled.Name, success, context.Time.GetElapsedTime(task.BegunAt));
}
