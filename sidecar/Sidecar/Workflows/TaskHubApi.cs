using System.Collections.Concurrent;
using Dapr.DurableTask.Protobuf;
using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Sidecar.Api.Grpc;
using Sidecar.Faults;
using Sidecar.Workflows.Engine;
using Sidecar.Workflows.Store;
using TraceContext = Dapr.DurableTask.Protobuf.TraceContext;

namespace Sidecar.Workflows;

/// <summary>The gRPC service <c>TaskHubSidecarService</c>: clients and workers of workflows.</summary>
/// <param name="engine">The engine; throws when the app has no store for workflows.</param>
/// <param name="faults">The faults of activities; default none.</param>
internal sealed class TaskHubApi(Func<WorkflowEngine> engine, ActivityFaults? faults = null) : IGrpcApi
{
    private const string Service = "/TaskHubSidecarService/";

    private readonly ConcurrentDictionary<Heartbeat, string> _heartbeats = new();

    public IReadOnlyList<GrpcMethod> Methods =>
    [
        Unary<Empty, Empty>("Hello", (_, call) => Hello(call)),
        Unary<CreateInstanceRequest, CreateInstanceResponse>("StartInstance", StartAsync),
        Unary<GetInstanceRequest, GetInstanceResponse>("GetInstance", (request, call) => GetAsync(request, Operations.FindAsync(IdOf(request.InstanceId), call.Cancellation))),
        Unary<GetInstanceRequest, GetInstanceResponse>("WaitForInstanceStart", (request, call) => GetAsync(request, Operations.WaitForStartAsync(IdOf(request.InstanceId), call.Cancellation))),
        Unary<GetInstanceRequest, GetInstanceResponse>("WaitForInstanceCompletion", (request, call) => GetAsync(request, Operations.WaitForCompletionAsync(IdOf(request.InstanceId), call.Cancellation))),
        Unary<RaiseEventRequest, RaiseEventResponse>("RaiseEvent", async (request, call) => Answer(await Operations.RaiseEventAsync(IdOf(request.InstanceId), Required(request.Name, "missing workflow event name"), request.Input, call.Cancellation), request.InstanceId, new RaiseEventResponse())),
        Unary<TerminateRequest, TerminateResponse>("TerminateInstance", async (request, call) => Answer(await Operations.TerminateAsync(IdOf(request.InstanceId), request.Output, request.Recursive, call.Cancellation), request.InstanceId, new TerminateResponse())),
        Unary<SuspendRequest, SuspendResponse>("SuspendInstance", async (request, call) => Answer(await Operations.SuspendAsync(IdOf(request.InstanceId), request.Reason, call.Cancellation), request.InstanceId, new SuspendResponse())),
        Unary<ResumeRequest, ResumeResponse>("ResumeInstance", async (request, call) => Answer(await Operations.ResumeAsync(IdOf(request.InstanceId), request.Reason, call.Cancellation), request.InstanceId, new ResumeResponse())),
        Unary<PurgeInstancesRequest, PurgeInstancesResponse>("PurgeInstances", PurgeAsync),
        Unary<ListInstanceIDsRequest, ListInstanceIDsResponse>("ListInstanceIDs", ListAsync),
        Unary<GetInstanceHistoryRequest, GetInstanceHistoryResponse>("GetInstanceHistory", HistoryAsync),
        Unary<RerunWorkflowFromEventRequest, RerunWorkflowFromEventResponse>("RerunWorkflowFromEvent", async (request, call) => new RerunWorkflowFromEventResponse { NewInstanceID = await new WorkflowRerun(Engine).RunAsync(request, call.Cancellation) }),
        GrpcMethod.ServerStreaming<GetWorkItemsRequest>(Service + "GetWorkItems", ServeAsync),
        FromWorker<WorkflowResponse>("CompleteOrchestratorTask", CompleteTurnAsync),
        FromWorker<WorkflowResponse>("CompleteWorkflowTask", CompleteTurnAsync),
        FromWorker<ActivityResponse>("CompleteActivityTask", CompleteActivityAsync),
    ];

    private WorkflowEngine Engine => engine();

    private WorkflowOperations Operations => new(Engine);

    private static string IdOf(string instanceId) =>
        InstanceIds.IsValid(Required(instanceId, "no instance ID was provided")) ? instanceId : throw new GrpcException(GrpcCode.InvalidArgument, $"the instance ID {InstanceIds.Rule}");

    private static string Required(string value, string message) =>
        value.Length == 0 || value.Contains('\0', StringComparison.Ordinal) ? throw new GrpcException(GrpcCode.InvalidArgument, message) : value;

    private static T Answer<T>(WorkflowRefusal refusal, string instanceId, T answer) => refusal switch
    {
        WorkflowRefusal.None => answer,
        WorkflowRefusal.NotFound => throw new GrpcException(GrpcCode.NotFound, "no such instance exists"),
        WorkflowRefusal.AlreadyExists => throw new GrpcException(GrpcCode.AlreadyExists, $"an active workflow with ID '{instanceId}' already exists"),
        WorkflowRefusal.NotCompleted => throw new GrpcException(GrpcCode.FailedPrecondition, $"workflow '{instanceId}' has not completed"),
        WorkflowRefusal.TooMuch => throw new GrpcException(GrpcCode.ResourceExhausted, $"workflow '{instanceId}' holds too many events, or the payload is too large"),
        _ => throw new GrpcException(GrpcCode.ResourceExhausted, "the workflow engine has more work than it can hold; try again later"),
    };

    private static async Task<GetInstanceResponse> GetAsync(GetInstanceRequest request, Task<InstanceRow?> find) => await find is { } head
        ? new GetInstanceResponse { Exists = true, WorkflowState = InstanceView.Of(head, request.GetInputsAndOutputs) }
        : new GetInstanceResponse();

    private static GrpcMethod Unary<TRequest, TResponse>(string name, Func<TRequest, GrpcCall, Task<TResponse>> handler)
        where TRequest : class, IMessage<TRequest>, new()
        where TResponse : IMessage<TResponse> => GrpcMethod.Unary(Service + name, handler);

    // A turn's answer carries the inputs of everything it starts; what is too large fails that instance, not the stream.
    private static GrpcMethod FromWorker<TRequest>(string name, Func<TRequest, GrpcCall, Task> handler)
        where TRequest : class, IMessage<TRequest>, new() =>
        Unary<TRequest, CompleteTaskResponse>(name, async (request, call) =>
        {
            await handler(request, call);
            return new CompleteTaskResponse();
        }) with
        { MaxMessageSize = new WorkflowOptions().MaxWorkerMessage };

    private async Task<CreateInstanceResponse> StartAsync(CreateInstanceRequest request, GrpcCall call)
    {
        Required(request.Name, "workflow name is not configured");
        request.InstanceId = request.InstanceId.Length == 0 ? Engine.Context.NewId() : IdOf(request.InstanceId);
        if (request.ParentTraceContext is null && call.Metadata("traceparent") is { Length: > 0 } traceParent)
        {
            request.ParentTraceContext = new TraceContext { TraceParent = traceParent, TraceState = call.Metadata("tracestate") };
        }

        var answer = Answer(await Operations.CreateAsync(request, call.Cancellation), request.InstanceId, new CreateInstanceResponse { InstanceId = request.InstanceId });

        // As in Dapr the call returns once the workflow runs; the instance is durable already, whether the caller waits or not.
        if (request.ScheduledStartTimestamp is null)
        {
            await Operations.WaitForStartAsync(request.InstanceId, call.Cancellation);
        }

        return answer;
    }

    private async Task<PurgeInstancesResponse> PurgeAsync(PurgeInstancesRequest request, GrpcCall call)
    {
        if (request.PurgeInstanceFilter is { } wanted)
        {
            var filter = new InstanceFilter([.. wanted.RuntimeStatus], wanted.CreatedTimeFrom?.ToDateTimeOffset(), wanted.CreatedTimeTo?.ToDateTimeOffset());
            return new PurgeInstancesResponse { DeletedInstanceCount = await Operations.PurgeAsync(filter, request.Recursive, call.Cancellation), IsComplete = true };
        }

        var (refusal, count) = await Operations.PurgeAsync(IdOf(request.InstanceId), request.Recursive, request.Force, call.Cancellation);
        return Answer(
            refusal == WorkflowRefusal.NotFound ? WorkflowRefusal.None : refusal,
            request.InstanceId,
            new PurgeInstancesResponse { DeletedInstanceCount = count, IsComplete = true });
    }

    private async Task<ListInstanceIDsResponse> ListAsync(ListInstanceIDsRequest request, GrpcCall call)
    {
        var (ids, next) = await Operations.ListAsync(
            request.HasContinuationToken ? request.ContinuationToken : null,
            request.HasPageSize ? (int)Math.Min(request.PageSize, int.MaxValue) : null,
            call.Cancellation);
        var page = new ListInstanceIDsResponse { InstanceIds = { ids } };
        if (next is not null)
        {
            page.ContinuationToken = next;
        }

        return page;
    }

    private async Task<GetInstanceHistoryResponse> HistoryAsync(GetInstanceHistoryRequest request, GrpcCall call) =>
        await Operations.HistoryAsync(IdOf(request.InstanceId), call.Cancellation) is { } events
            ? new GetInstanceHistoryResponse { Events = { events } }
            : throw new GrpcException(GrpcCode.NotFound, "no such instance exists");

    private async Task ServeAsync(GetWorkItemsRequest request, GrpcCall call)
    {
        var worker = new WorkerOperations(Engine);
        var heartbeat = new Heartbeat(Engine.Context.Time, Engine.Context.Options.HeartbeatLease);

        // A worker may greet before it opens its stream. On a connection with others that was not a sign of theirs.
        HeartbeatsOf(call).ForEach(other => other.Forget());
        _heartbeats[heartbeat] = call.Context.Connection.Id;
        try
        {
            await worker.ServeAsync(
                faults is null ? call.WriteAsync : item => faults.SendAsync(item, call.WriteAsync, response => worker.CompleteActivityAsync(response, call.Cancellation)),
                call.Cancellation,
                heartbeat);
        }
        finally
        {
            _heartbeats.TryRemove(heartbeat, out _);
        }
    }

    // What says Hello on the connection of a stream is the worker at its other end.
    private Task<Empty> Hello(GrpcCall call)
    {
        HeartbeatsOf(call).ForEach(heartbeat => heartbeat.Beat());
        return Task.FromResult(new Empty());
    }

    private List<Heartbeat> HeartbeatsOf(GrpcCall call) => [.. _heartbeats.Where(pair => pair.Value == call.Context.Connection.Id).Select(pair => pair.Key)];

    private Task CompleteTurnAsync(WorkflowResponse response, GrpcCall call)
    {
        IdOf(response.InstanceId);
        return new WorkerOperations(Engine).CompleteTurnAsync(response, call.Cancellation);
    }

    private async Task CompleteActivityAsync(ActivityResponse response, GrpcCall call)
    {
        IdOf(response.InstanceId);
        if (faults is not null)
        {
            await faults.BeforeAnswerAsync(response, call.Cancellation);
        }

        await new WorkerOperations(Engine).CompleteActivityAsync(response, call.Cancellation);
    }
}
