using Dapr.DurableTask.Protobuf;
using Dapr.Proto.Runtime.V1;
using Sidecar.Workflows;

namespace Sidecar.Api.Grpc.Services;

/// <summary>The workflow calls of the Dapr service, alpha and beta alike; the component's name is not looked at, as in Dapr.</summary>
internal sealed class WorkflowGrpcApi(Func<WorkflowOperations?> find) : IGrpcApi
{
    private const string StartTime = "dapr.workflow.start_time";

    public IReadOnlyList<GrpcMethod> Methods => [.. Of("Beta1"), .. Of("Alpha1")];

    private IEnumerable<GrpcMethod> Of(string version) =>
    [
        DaprMethod.Unary<StartWorkflowRequest, StartWorkflowResponse>("StartWorkflow" + version, StartAsync),
        DaprMethod.Unary<GetWorkflowRequest, GetWorkflowResponse>("GetWorkflow" + version, GetAsync),
        DaprMethod.Command<PurgeWorkflowRequest>("PurgeWorkflow" + version, PurgeAsync),
        DaprMethod.Command<TerminateWorkflowRequest>("TerminateWorkflow" + version, TerminateAsync),
        DaprMethod.Command<PauseWorkflowRequest>("PauseWorkflow" + version, PauseAsync),
        DaprMethod.Command<ResumeWorkflowRequest>("ResumeWorkflow" + version, ResumeAsync),
        DaprMethod.Command<RaiseEventWorkflowRequest>("RaiseEventWorkflow" + version, RaiseAsync),
    ];

    private async Task<StartWorkflowResponse> StartAsync(StartWorkflowRequest request, GrpcCall call)
    {
        var id = request.InstanceId.Length > 0 ? request.InstanceId : Guid.NewGuid().ToString();
        if (WorkflowHttpApi.CheckId(id) is { } invalid)
        {
            throw GrpcErrors.Plain(invalid, GrpcCode.InvalidArgument);
        }

        if (request.WorkflowName.Length == 0)
        {
            throw new GrpcException(GrpcCode.InvalidArgument, "workflow name is not configured", "ERR_WORKFLOW_NAME_MISSING");
        }

        var operations = Operations(() => WorkflowErrors.StartWithoutStore(request.WorkflowName));
        if (operations.ProblemOfId(id) is { } problem)
        {
            throw Failed(WorkflowErrors.Start(request.WorkflowName, problem));
        }

        var create = new CreateInstanceRequest { InstanceId = id, Name = request.WorkflowName, Input = request.Input.ToStringUtf8() };
        if (request.Options.TryGetValue(StartTime, out var text))
        {
            create.ScheduledStartTimestamp = DateTimeOffset.TryParse(text, null, System.Globalization.DateTimeStyles.AssumeUniversal, out var time)
                ? Google.Protobuf.WellKnownTypes.Timestamp.FromDateTimeOffset(time)
                : throw new GrpcException(GrpcCode.Internal, $"error starting workflow '{request.WorkflowName}': start times must be in RFC3339 format (e.g. \"2009-11-10T23:00:00Z\")", "ERR_START_WORKFLOW");
        }

        var trace = call.Context.Features.Get<Telemetry.RequestTrace>()?.Context;
        if (trace is { TraceParent.Length: > 0 } parent)
        {
            create.ParentTraceContext = new TraceContext { TraceParent = parent.TraceParent, TraceState = parent.TraceState };
        }

        Check(await operations.CreateAsync(create, call.Cancellation), id, reason => WorkflowErrors.Start(request.WorkflowName, reason));
        if (create.ScheduledStartTimestamp is null)
        {
            await operations.WaitForStartAsync(id, call.Cancellation);
        }

        return new StartWorkflowResponse { InstanceId = id };
    }

    private async Task<GetWorkflowResponse> GetAsync(GetWorkflowRequest request, GrpcCall call)
    {
        CheckId(request.InstanceId);
        var operations = Operations(() => WorkflowErrors.GetWithoutStore(request.InstanceId));
        if (await operations.FindAsync(request.InstanceId, call.Cancellation) is not { } head)
        {
            return new GetWorkflowResponse { InstanceId = request.InstanceId };
        }

        var state = InstanceView.Of(head, withPayloads: true);
        return new GetWorkflowResponse
        {
            InstanceId = state.InstanceId,
            WorkflowName = state.Name,
            CreatedAt = state.CreatedTimestamp,
            LastUpdatedAt = state.LastUpdatedTimestamp,
            RuntimeStatus = state.WorkflowStatus.ToString().ToUpperInvariant(),
            Properties = { WorkflowHttpApi.Properties(state, await operations.FindWaitAsync(request.InstanceId, call.Cancellation)) },
        };
    }

    private async Task TerminateAsync(TerminateWorkflowRequest request, GrpcCall call)
    {
        CheckId(request.InstanceId);
        var refusal = await Operations(() => WorkflowErrors.Terminate(request.InstanceId)).TerminateAsync(request.InstanceId, output: null, recursive: true, call.Cancellation);
        Check(
            refusal,
            request.InstanceId,
            reason => WorkflowErrors.Terminate(request.InstanceId, reason),
            "%!(EXTRA *fmt.wrapError=failed to submit termination request:: no such instance exists)");
    }

    private async Task PauseAsync(PauseWorkflowRequest request, GrpcCall call)
    {
        CheckId(request.InstanceId);
        var id = request.InstanceId;
        Check(await Operations(() => WorkflowErrors.Pause(id)).SuspendAsync(id, reason: null, call.Cancellation), id, reason => WorkflowErrors.Pause(id, reason));
    }

    private async Task ResumeAsync(ResumeWorkflowRequest request, GrpcCall call)
    {
        CheckId(request.InstanceId);
        var id = request.InstanceId;
        Check(await Operations(() => WorkflowErrors.Resume(id)).ResumeAsync(id, reason: null, call.Cancellation), id, reason => WorkflowErrors.Resume(id, reason));
    }

    private async Task PurgeAsync(PurgeWorkflowRequest request, GrpcCall call)
    {
        CheckId(request.InstanceId);
        var (refusal, _) = await Operations(() => WorkflowErrors.Purge(request.InstanceId)).PurgeAsync(request.InstanceId, recursive: true, force: false, call.Cancellation);
        Check(
            refusal,
            request.InstanceId,
            reason => WorkflowErrors.Purge(request.InstanceId, reason),
            "%!(EXTRA *fmt.wrapError=failed to purge workflow state: failed to fetch workflow state: no such instance exists)");
    }

    private async Task RaiseAsync(RaiseEventWorkflowRequest request, GrpcCall call)
    {
        CheckId(request.InstanceId);
        var (id, name) = (request.InstanceId, request.EventName);
        if (name.Length == 0)
        {
            throw new GrpcException(GrpcCode.InvalidArgument, "missing workflow event name", "ERR_WORKFLOW_EVENT_NAME_MISSING");
        }

        var data = request.EventData.IsEmpty ? null : request.EventData.ToStringUtf8();
        Check(await Operations(() => WorkflowErrors.Raise(id, name)).RaiseEventAsync(id, name, data, call.Cancellation), id, reason => WorkflowErrors.Raise(id, name, reason));
    }

    private WorkflowOperations Operations(Func<Http.ApiError> withoutStore) => find() ?? throw Failed(withoutStore());

    private static GrpcException Failed(Http.ApiError error, GrpcCode code = GrpcCode.Internal) => new(code, error.Message, error.Reason);

    private static void CheckId(string id)
    {
        if (id.Length == 0)
        {
            throw new GrpcException(GrpcCode.InvalidArgument, "no instance ID was provided", "ERR_INSTANCE_ID_PROVIDED_MISSING");
        }
    }

    // Where the API has an answer of its own for a missing instance, the words that daprd puts behind it are given.
    private static void Check(WorkflowRefusal refusal, string id, Func<string, Http.ApiError> failed, string? notFound = null)
    {
        if (refusal == WorkflowRefusal.NotFound && notFound is not null)
        {
            throw new GrpcException(GrpcCode.NotFound, $"unable to find workflow with the provided instance ID: {id}{notFound}", "ERR_INSTANCE_ID_NOT_FOUND");
        }

        if (WorkflowErrors.Reason(refusal, id) is { } reason)
        {
            throw Failed(failed(reason), refusal == WorkflowRefusal.Overloaded ? GrpcCode.Unavailable : GrpcCode.Internal);
        }
    }
}
