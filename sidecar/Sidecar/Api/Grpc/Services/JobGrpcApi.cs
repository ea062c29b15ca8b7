using Dapr.Proto.Runtime.V1;
using Sidecar.Jobs;
using Sidecar.Schedules;

namespace Sidecar.Api.Grpc.Services;

/// <summary>Jobs over gRPC, by their stable names and the older ones.</summary>
internal sealed class JobGrpcApi(RuntimeServices services, JobOperations jobs) : IGrpcApi
{
    private string Namespace => services.Namespace.Length > 0 ? services.Namespace : "default";

    public IReadOnlyList<GrpcMethod> Methods => [.. Of(""), .. Of("Alpha1")];

    private IEnumerable<GrpcMethod> Of(string version) =>
    [
        DaprMethod.Unary<ScheduleJobRequest, ScheduleJobResponse>("ScheduleJob" + version, ScheduleAsync),
        DaprMethod.Unary<GetJobRequest, GetJobResponse>("GetJob" + version, GetAsync),
        DaprMethod.Unary<DeleteJobRequest, DeleteJobResponse>("DeleteJob" + version, DeleteAsync),
        DaprMethod.Unary<DeleteJobsByPrefixRequestAlpha1, DeleteJobsByPrefixResponseAlpha1>("DeleteJobsByPrefix" + version, DeletePrefixAsync),
        DaprMethod.Unary<ListJobsRequestAlpha1, ListJobsResponseAlpha1>("ListJobs" + version, ListAsync),
    ];

    private async Task<ScheduleJobResponse> ScheduleAsync(ScheduleJobRequest request, GrpcCall call)
    {
        var job = request.Job ?? throw Refused(new JobError("DAPR_SCHEDULER_EMPTY", JobErrorKind.Invalid, "Job is empty"));
        var wanted = new JobRequest(job.Name)
        {
            Schedule = job.HasSchedule ? job.Schedule : null,
            DueTime = job.HasDueTime ? job.DueTime : null,
            TimeToLive = job.HasTtl ? job.Ttl : null,
            Repeats = job.HasRepeats ? job.Repeats : null,
            FailurePolicy = FailurePolicyMessage.Read(job.FailurePolicy),
            Data = job.Data is { } data ? new ScheduleData(data.TypeUrl, data.Value.Memory) : null,
            Overwrite = request.Overwrite,
        };
        Check(await jobs.ScheduleAsync(wanted, call.Cancellation));
        return new ScheduleJobResponse();
    }

    private async Task<GetJobResponse> GetAsync(GetJobRequest request, GrpcCall call)
    {
        var (job, error) = await jobs.GetAsync(request.Name, call.Cancellation);
        return new GetJobResponse { Job = ToMessage(job ?? throw Refused(error!)) };
    }

    private async Task<DeleteJobResponse> DeleteAsync(DeleteJobRequest request, GrpcCall call)
    {
        Check(await jobs.DeleteAsync(request.Name, call.Cancellation));
        return new DeleteJobResponse();
    }

    private async Task<DeleteJobsByPrefixResponseAlpha1> DeletePrefixAsync(DeleteJobsByPrefixRequestAlpha1 request, GrpcCall call)
    {
        Check(await jobs.DeletePrefixAsync(request.NamePrefix, call.Cancellation));
        return new DeleteJobsByPrefixResponseAlpha1();
    }

    private async Task<ListJobsResponseAlpha1> ListAsync(ListJobsRequestAlpha1 request, GrpcCall call)
    {
        var (found, error) = await jobs.ListAsync(call.Cancellation);
        Check(error);
        return new ListJobsResponseAlpha1 { Jobs = { found.Select(ToMessage) } };
    }

    private static Job ToMessage(ScheduleRequest job)
    {
        var message = new Job { Name = job.Name, FailurePolicy = FailurePolicyMessage.Write(job.FailurePolicy ?? FailurePolicy.Default) };
        if (job.Schedule is { } schedule)
        {
            message.Schedule = schedule;
        }

        if (job.DueTime is { } due)
        {
            message.DueTime = due;
        }

        if (job.TimeToLive is { } lifetime)
        {
            message.Ttl = lifetime;
        }

        if (job.Repeats is { } repeats)
        {
            message.Repeats = (uint)repeats;
        }

        if (job.Data is { } data)
        {
            message.Data = JobData.ToMessage(data);
        }

        return message;
    }

    private void Check(JobError? error)
    {
        if (error is not null)
        {
            throw Refused(error);
        }
    }

    private GrpcException Refused(JobError error) => GrpcErrors.From(error.ToHttp(services.AppId, Namespace), error.Kind switch
    {
        JobErrorKind.Invalid => GrpcCode.InvalidArgument,
        JobErrorKind.AlreadyExists => GrpcCode.AlreadyExists,
        _ => GrpcCode.Internal,
    });
}
