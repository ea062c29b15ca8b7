using Dapr.DurableTask.Protobuf;
using Dapr.Proto.Runtime.V1;
using Sidecar.Workflows;

namespace Sidecar.Api.Grpc.Services;

/// <summary>The workflow calls of the Dapr service, alpha and beta alike; the component's name is not looked at, as in Dapr.</summary>
internal sealed class WorkflowGrpcApi(Func<WorkflowOperations> operations) : IGrpcApi
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
            throw new GrpcException(GrpcCode.InvalidArgument, "workflow name is not configured");
        }

        var failed = $"error starting workflow '{request.WorkflowName}': unable to start workflow";
        if (operations().ProblemOfId(id) is { } problem)
        {
            throw new GrpcException(GrpcCode.Internal, $"{failed}: {problem}");
        }

        var create = new CreateInstanceRequest { InstanceId = id, Name = request.WorkflowName, Input = request.Input.ToStringUtf8() };
        if (request.Options.TryGetValue(StartTime, out var text))
        {
            create.ScheduledStartTimestamp = DateTimeOffset.TryParse(text, null, System.Globalization.DateTimeStyles.AssumeUniversal, out var time)
                ? Google.Protobuf.WellKnownTypes.Timestamp.FromDateTimeOffset(time)
                : throw new GrpcException(GrpcCode.Internal, $"error starting workflow '{request.WorkflowName}': start times must be in RFC3339 format (e.g. \"2009-11-10T23:00:00Z\")");
        }

        var trace = call.Context.Features.Get<Telemetry.RequestTrace>()?.Context;
        if (trace is { TraceParent.Length: > 0 } parent)
        {
            create.ParentTraceContext = new TraceContext { TraceParent = parent.TraceParent, TraceState = parent.TraceState };
        }

        Check(await operations().CreateAsync(create, call.Cancellation), id, failed);
        if (create.ScheduledStartTimestamp is null)
        {
            await operations().WaitForStartAsync(id, call.Cancellation);
        }

        return new StartWorkflowResponse { InstanceId = id };
    }

    private async Task<GetWorkflowResponse> GetAsync(GetWorkflowRequest request, GrpcCall call)
    {
        CheckId(request.InstanceId);
        if (await operations().FindAsync(request.InstanceId, call.Cancellation) is not { } head)
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
            Properties = { WorkflowHttpApi.Properties(state, await operations().FindWaitAsync(request.InstanceId, call.Cancellation)) },
        };
    }

    private async Task TerminateAsync(TerminateWorkflowRequest request, GrpcCall call)
    {
        CheckId(request.InstanceId);
        var refusal = await operations().TerminateAsync(request.InstanceId, output: null, recursive: true, call.Cancellation);
        Check(
            refusal,
            request.InstanceId,
            $"error terminating workflow '{request.InstanceId}'",
            "%!(EXTRA *fmt.wrapError=failed to submit termination request:: no such instance exists)");
    }

    private async Task PauseAsync(PauseWorkflowRequest request, GrpcCall call)
    {
        CheckId(request.InstanceId);
        var id = request.InstanceId;
        Check(await operations().SuspendAsync(id, reason: null, call.Cancellation), id, $"error pausing workflow {id}: failed to pause workflow {id}: failed to suspend workflow");
    }

    private async Task ResumeAsync(ResumeWorkflowRequest request, GrpcCall call)
    {
        CheckId(request.InstanceId);
        var id = request.InstanceId;
        Check(await operations().ResumeAsync(id, reason: null, call.Cancellation), id, $"error resuming workflow {id}: failed to resume workflow {id}: failed to resume workflow");
    }

    private async Task PurgeAsync(PurgeWorkflowRequest request, GrpcCall call)
    {
        CheckId(request.InstanceId);
        var (refusal, _) = await operations().PurgeAsync(request.InstanceId, recursive: true, force: false, call.Cancellation);
        Check(
            refusal,
            request.InstanceId,
            $"error purging workflow {request.InstanceId}",
            "%!(EXTRA *fmt.wrapError=failed to purge workflow state: failed to fetch workflow state: no such instance exists)");
    }

    private async Task RaiseAsync(RaiseEventWorkflowRequest request, GrpcCall call)
    {
        CheckId(request.InstanceId);
        var (id, name) = (request.InstanceId, request.EventName);
        if (name.Length == 0)
        {
            throw new GrpcException(GrpcCode.InvalidArgument, "missing workflow event name");
        }

        var data = request.EventData.IsEmpty ? null : request.EventData.ToStringUtf8();
        Check(await operations().RaiseEventAsync(id, name, data, call.Cancellation), id, $"error raising event on workflow '{id}': failed to raise event {name} on workflow {id}: failed to raise event");
    }

    private static void CheckId(string id)
    {
        if (id.Length == 0)
        {
            throw new GrpcException(GrpcCode.InvalidArgument, "no instance ID was provided");
        }
    }

    // Where the API has an answer of its own for a missing instance, the words that daprd puts behind it are given.
    private static void Check(WorkflowRefusal refusal, string id, string failed, string? notFound = null)
    {
        if (refusal == WorkflowRefusal.NotFound && notFound is not null)
        {
            throw new GrpcException(GrpcCode.NotFound, $"unable to find workflow with the provided instance ID: {id}{notFound}");
        }

        if (WorkflowHttpApi.Reason(refusal) is { } reason)
        {
            throw new GrpcException(refusal == WorkflowRefusal.Overloaded ? GrpcCode.Unavailable : GrpcCode.Internal, $"{failed}: {reason}");
        }
    }
}
