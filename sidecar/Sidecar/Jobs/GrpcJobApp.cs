using Dapr.Proto.Common.V1;
using Dapr.Proto.Runtime.V1;
using Sidecar.Api.Grpc;
using Sidecar.Invocation;
using Sidecar.Schedules;

namespace Sidecar.Jobs;

/// <summary>Jobs of an app of protocol gRPC.</summary>
internal static class GrpcJobApp
{
    private const string Older = "/dapr.proto.runtime.v1.AppCallbackAlpha/OnJobEventAlpha1";

    /// <summary>Brings a job to the app, by the older call when it does not know the stable one.</summary>
    public static async Task<GrpcStatus> TellAsync(GrpcApp app, ScheduleRequest job, string? traceParent, CancellationToken cancellationToken)
    {
        var data = job.Data is { } given ? JobData.ToMessage(given) : null;
        var request = new JobEventRequest
        {
            Name = job.Name,
            Data = data,
            Method = "job/" + job.Name,
            ContentType = data?.TypeUrl ?? "",
            HttpExtension = new HTTPExtension { Verb = HTTPExtension.Types.Verb.Post },
        };
        var metadata = traceParent is null ? [] : new[] { ("traceparent", traceParent) };
        var answer = await app.CallAsync<JobEventRequest, JobEventResponse>(GrpcApp.Callback + "OnJobEvent", request, metadata, cancellationToken);
        return answer.Status.Code == GrpcCode.Unimplemented
            ? (await app.CallAsync<JobEventRequest, JobEventResponse>(Older, request, metadata, cancellationToken)).Status
            : answer.Status;
    }
}
