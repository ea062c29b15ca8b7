using System.Diagnostics;
using Microsoft.Extensions.Logging;
using Sidecar.Api.Grpc;
using Sidecar.Api.Http;
using Sidecar.Invocation;
using Sidecar.Schedules;
using Sidecar.Telemetry;

namespace Sidecar.Jobs;

/// <summary>Delivers the jobs of an app: <c>POST /job/NAME</c>, or <c>OnJobEvent</c> of a gRPC app. An app without the route has the job all the same: repeating would not help.</summary>
internal sealed partial class JobConsumer(string target, RuntimeServices services, ILogger logger) : IScheduleConsumer
{
    public string Target => target;

    public bool IsAvailable => services.App.IsAvailable;

    public async Task<DeliveryOutcome> DeliverAsync(ScheduleEntry entry, CancellationToken cancellationToken)
    {
        var job = entry.Definition.Request;
        var began = Stopwatch.GetTimestamp();
        if (services.GrpcApp is { } grpc)
        {
            return await TellAsync(grpc, job, began, cancellationToken);
        }

        var path = RequestPath.Encode("/job/" + job.Name.TrimStart('/'));
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(path, UriKind.Relative)) { Content = new ReadOnlyMemoryContent(job.Data?.Bytes ?? default) };
        request.Content.Headers.TryAddWithoutValidation("Content-Type", "application/json");
        ForwardedHeaders.SetTrace(request, services.Tracing.Header(TraceContext.None), "");
        try
        {
            using var response = await services.App.SendAsync(request, cancellationToken);
            services.ComponentMetrics.JobTriggered(response.IsSuccessStatusCode, began);
            if (response.IsSuccessStatusCode)
            {
                return DeliveryOutcome.Accepted;
            }

            LogRefused(job.Name, (int)response.StatusCode);
            return response.StatusCode == System.Net.HttpStatusCode.NotFound ? DeliveryOutcome.Accepted : DeliveryOutcome.Refused;
        }
        catch (HttpRequestException exception)
        {
            LogFailed(job.Name, exception.Message);
            return TransportError.IsRefused(exception) ? DeliveryOutcome.Unreachable : DeliveryOutcome.Refused;
        }
    }

    // A call that failed for good is not repeated either: NOT_FOUND is an app without such a job.
    private async Task<DeliveryOutcome> TellAsync(GrpcApp app, ScheduleRequest job, long began, CancellationToken cancellationToken)
    {
        var status = await GrpcJobApp.TellAsync(app, job, services.Tracing.Header(TraceContext.None), cancellationToken);
        if (status.Code is not GrpcCode.Unavailable)
        {
            services.ComponentMetrics.JobTriggered(status.Code is GrpcCode.Ok, began);
        }

        if (status.Code is GrpcCode.Ok)
        {
            return DeliveryOutcome.Accepted;
        }

        LogFailed(job.Name, status.Message);
        return status.Code switch
        {
            GrpcCode.NotFound => DeliveryOutcome.Accepted,
            GrpcCode.Unavailable => DeliveryOutcome.Unreachable,
            _ => DeliveryOutcome.Refused,
        };
    }

    [LoggerMessage(4301, LogLevel.Warning, "The app answered {Status} to job {Name}")]
    private partial void LogRefused(string name, int status);

    [LoggerMessage(4302, LogLevel.Warning, "Job {Name} could not be delivered: {Problem}")]
    private partial void LogFailed(string name, string problem);
}
