using Dapr.DurableTask.Protobuf;
using Sidecar.Workflows;

namespace Dapr.Workflow.Testing.Processes;

/// <summary>A worker without a wire: answers come late, twice, or not at all, as the seed says.</summary>
internal sealed class SimulatedWorker(SimulatedApp app, WorkerOperations engine, SimulatedStore store)
{
    public Task ServeAsync(CancellationToken cancellation) => engine.ServeAsync(
        item =>
        {
            if (item.ActivityRequest is { } activity && !store.IsDead)
            {
                Check(activity, item.CompletionToken);
            }

            _ = HandleAsync(item, cancellation);
            return Task.CompletedTask;
        },
        cancellation);

    private void Check(ActivityRequest activity, string token)
    {
        app.Record($"handed out {activity.WorkflowInstance.InstanceId} #{activity.TaskId} {token}");
        if (!IsOpen(activity))
        {
            app.World.Violations.Add($"activity {activity.WorkflowInstance.InstanceId} #{activity.TaskId} {activity.Name} {activity.Input} is not open in the store");
        }
    }

    // It may be another app's.
    private bool IsOpen(ActivityRequest request) => app.World.Apps.Any(owner => owner.Data.Runs.TryGetValue(request.WorkflowInstance.InstanceId, out var run)
        && run.Tasks.Values.Any(row => HistoryEvent.Parser.ParseFrom(row.Event).TaskScheduled.TaskExecutionId == request.TaskExecutionId));

    private async Task HandleAsync(WorkItem item, CancellationToken cancellation)
    {
        try
        {
            do
            {
                await app.World.PauseAsync(0, 50, cancellation);
                if (!app.World.Happens(app.World.Faults.Answers))
                {
                    await AnswerAsync(item, cancellation);
                }
            }
            while (app.World.Happens(app.World.Faults.Answers));
        }
        catch (Exception e) when (e is OperationCanceledException or SimulatedStoreException)
        {
            // The process died, or the store refused the answer: the engine hands the item out again.
        }
    }

    private async Task AnswerAsync(WorkItem item, CancellationToken cancellation)
    {
        if (item.ActivityRequest is { } activity)
        {
            app.Record($"activity {activity.WorkflowInstance.InstanceId} #{activity.TaskId} {activity.TaskExecutionId}");
            await engine.CompleteActivityAsync(await app.World.Code.RunAsync(activity, item.CompletionToken), cancellation);
            return;
        }

        var request = item.WorkflowRequest;
        app.Record($"turn {request.InstanceId} {request.PastEvents.Count + request.NewEvents.Count}");
        await engine.CompleteTurnAsync(await app.World.Code.TurnAsync(request, item.CompletionToken), cancellation);
    }
}
