using Dapr.DurableTask.Protobuf;
using Sidecar.Api.Grpc;
using Sidecar.Workflows.Engine;

namespace Sidecar.Workflows;

/// <summary>Runs an instance that has ended once more from one of its events, as a new instance.</summary>
internal sealed class WorkflowRerun(WorkflowEngine engine)
{
    /// <summary>Begins the new instance, durably, and returns its id.</summary>
    public async Task<string> RunAsync(RerunWorkflowFromEventRequest request, CancellationToken cancellation)
    {
        var source = request.SourceInstanceID;
        Check(source.Length > 0, GrpcCode.InvalidArgument, "rerun workflow source instance ID is required");
        var newId = request.HasNewInstanceID ? request.NewInstanceID : Guid.NewGuid().ToString();
        Check(source != newId, GrpcCode.InvalidArgument, "rerun workflow instance ID must be different from the original instance ID");
        foreach (var id in new[] { source, newId, request.HasNewChildWorkflowInstanceID ? request.NewChildWorkflowInstanceID : newId })
        {
            Check(InstanceIds.IsValid(id), GrpcCode.InvalidArgument, $"the instance ID {InstanceIds.Rule}");
        }

        var head = await engine.FindAsync(source, cancellation);
        Check(head is not null, GrpcCode.NotFound, $"workflow instance does not exist with ID '{source}'");
        Check(Events.IsFinal(head!.Status), GrpcCode.InvalidArgument, $"'{source}' is not in a terminal state");
        Check(InstanceView.Of(head, withPayloads: false).ParentInstanceId is not { Length: > 0 }, GrpcCode.InvalidArgument, $"'{source}': cannot rerun from child-workflows");
        var history = await new WorkflowOperations(engine).HistoryAsync(source, cancellation) ?? [];
        var from = history.FirstOrDefault(e => e.EventId == request.EventID);
        Check(from is not null, GrpcCode.NotFound, $"does not have history event with ID '{request.EventID}'");
        CheckEvent(request, from!);
        var fork = WorkflowFork.Of(source, newId, history, from!);
        if (request.OverwriteInput)
        {
            fork.SetInput(request.Input);
        }

        if (request.HasNewChildWorkflowInstanceID)
        {
            fork.Again[^1].ChildWorkflowInstanceCreated.InstanceId = request.NewChildWorkflowInstanceID;
        }

        var created = await engine.ChangeAsync(newId, instance => instance.Exists ? (false, null) : (true, instance.CreateFrom(fork)), cancellation);
        Check(created, GrpcCode.AlreadyExists, $"workflow '{newId}' has already been created");
        return newId;
    }

    private static void CheckEvent(RerunWorkflowFromEventRequest request, HistoryEvent from)
    {
        var id = request.EventID;
        switch (from.EventTypeCase)
        {
            case HistoryEvent.EventTypeOneofCase.TaskScheduled:
                Check(!request.HasNewChildWorkflowInstanceID, GrpcCode.InvalidArgument, $"cannot set new child workflow instance ID on activity event '{id}'");
                break;
            case HistoryEvent.EventTypeOneofCase.TimerCreated:
                Check(!request.OverwriteInput, GrpcCode.InvalidArgument, $"cannot write input to timer event '{id}'");
                Check(!request.HasNewChildWorkflowInstanceID, GrpcCode.InvalidArgument, $"cannot set new child workflow instance ID on timer event '{id}'");
                break;
            case HistoryEvent.EventTypeOneofCase.ChildWorkflowInstanceCreated:
                break;
            case HistoryEvent.EventTypeOneofCase.DetachedWorkflowInstanceCreated:
                throw new GrpcException(GrpcCode.InvalidArgument, $"event '{id}' is a detached workflow spawn and cannot be rerun");
            default:
                throw new GrpcException(GrpcCode.NotFound, $"target event '*protos.HistoryEvent_{from.EventTypeCase}' with ID '{id}' is not an event that can be rerun");
        }
    }

    private static void Check(bool holds, GrpcCode code, string message)
    {
        if (!holds)
        {
            throw new GrpcException(code, message);
        }
    }
}
