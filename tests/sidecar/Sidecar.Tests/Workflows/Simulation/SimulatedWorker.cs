using Dapr.DurableTask.Protobuf;
using Sidecar.Workflows;

namespace Sidecar.Tests.Workflows.Simulation;

/// <summary>A worker without a wire: answers come late, twice, or not at all, as the seed says.</summary>
internal sealed class SimulatedWorker(SimulatedApp app, WorkerOperations engine, SimulatedStore store, SimulatedWorld world)
{
    public Task ServeAsync(CancellationToken cancellation) => engine.ServeAsync(
        item =>
        {
            if (item.ActivityRequest is { } activity && !store.IsDead)
            {
                world.Record($"handed out {activity.WorkflowInstance.InstanceId} #{activity.TaskId} {item.CompletionToken}");
                app.Receive(activity);
            }

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
                await Task.Delay(TimeSpan.FromMilliseconds(world.Random.Next(0, 50)), world.Time, cancellation);
                if (world.Random.NextDouble() >= world.Faults)
                {
                    await AnswerAsync(item, cancellation);
                }
            }
            while (world.Random.NextDouble() < world.Faults);
        }
        catch (Exception e) when (e is OperationCanceledException or SimulatedStoreException)
        {
            // The process died, or the store refused the answer: the engine hands the item out again.
        }
    }

    private Task AnswerAsync(WorkItem item, CancellationToken cancellation)
    {
        if (item.ActivityRequest is { } activity)
        {
            world.Record($"activity {activity.WorkflowInstance.InstanceId} #{activity.TaskId} {activity.TaskExecutionId}");
            var response = app.Run(activity);
            response.InstanceId = activity.WorkflowInstance.InstanceId;
            response.TaskId = activity.TaskId;
            response.CompletionToken = item.CompletionToken;
            return engine.CompleteActivityAsync(response, cancellation);
        }

        var request = item.WorkflowRequest;
        List<HistoryEvent> events = [.. request.PastEvents, .. request.NewEvents];
        var name = events.Last(e => e.ExecutionStarted is not null).ExecutionStarted.Name;
        world.Record($"turn {request.InstanceId} {events.Count}");
        return engine.CompleteTurnAsync(
            new WorkflowResponse { InstanceId = request.InstanceId, CompletionToken = item.CompletionToken, Actions = { Turn(name, events) } }, cancellation);
    }

    // What the workflow's code throws is no matter of chance: it fails the workflow, and thereby the test.
    private IEnumerable<WorkflowAction> Turn(string name, List<HistoryEvent> events)
    {
        try
        {
            return app.Workflows[name](events);
        }
        catch (InvalidOperationException e)
        {
            return [new WorkflowAction { Id = -1, CompleteWorkflow = new CompleteWorkflowAction { WorkflowStatus = OrchestrationStatus.Failed, FailureDetails = new TaskFailureDetails { ErrorType = "Turn", ErrorMessage = e.Message } } }];
        }
    }
}
