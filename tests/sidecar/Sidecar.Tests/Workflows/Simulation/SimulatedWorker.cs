using Dapr.DurableTask.Protobuf;
using Sidecar.Workflows;

namespace Sidecar.Tests.Workflows.Simulation;

/// <summary>A worker without a wire: answers come late, twice, or not at all, as the seed says.</summary>
internal sealed class SimulatedWorker(WorkerOperations engine, Random random, TimeProvider time, Action<string> record, double faults)
{
    public Task ServeAsync(CancellationToken cancellation) => engine.ServeAsync(
        item =>
        {
            _ = HandleAsync(item, cancellation);
            return Task.CompletedTask;
        },
        cancellation);

    private async Task HandleAsync(WorkItem item, CancellationToken cancellation)
    {
        try
        {
            do
            {
                await Task.Delay(TimeSpan.FromMilliseconds(random.Next(0, 50)), time, cancellation);
                if (random.NextDouble() >= faults)
                {
                    await AnswerAsync(item, cancellation);
                }
            }
            while (random.NextDouble() < faults);
        }
        catch (OperationCanceledException)
        {
            // The process died.
        }
    }

    private Task AnswerAsync(WorkItem item, CancellationToken cancellation)
    {
        if (item.ActivityRequest is { } activity)
        {
            record($"{time.GetUtcNow():ss.fff} activity {activity.WorkflowInstance.InstanceId} #{activity.TaskId} {activity.TaskExecutionId}");
            return engine.CompleteActivityAsync(
                new ActivityResponse { InstanceId = activity.WorkflowInstance.InstanceId, TaskId = activity.TaskId, Result = activity.Input, CompletionToken = item.CompletionToken }, cancellation);
        }

        var request = item.WorkflowRequest;
        List<HistoryEvent> events = [.. request.PastEvents, .. request.NewEvents];
        var name = events.Last(e => e.ExecutionStarted is not null).ExecutionStarted.Name;
        record($"{time.GetUtcNow():ss.fff} turn {request.InstanceId} {events.Count}");
        return engine.CompleteTurnAsync(
            new WorkflowResponse { InstanceId = request.InstanceId, CompletionToken = item.CompletionToken, Actions = { Scripts.All[name](events) } }, cancellation);
    }
}
