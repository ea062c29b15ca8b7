using System.Text.Encodings.Web;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Sidecar.Api.Http;
using Sidecar.Schedules;

namespace Sidecar.Jobs;

/// <summary><c>/v1.0-alpha1/jobs/NAME</c> and <c>/v1.0/jobs/NAME</c>: schedule, get, delete.</summary>
internal sealed class JobsApi(RuntimeServices services, JobOperations jobs) : IHttpApi
{
    private const string ValueType = "type.googleapis.com/google.protobuf.Value";
    private static readonly JsonWriterOptions Relaxed = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public IReadOnlyList<string> Prefixes { get; } = ["v1.0-alpha1/jobs", "v1.0/jobs"];

    private string Namespace => services.Namespace.Length > 0 ? services.Namespace : "default";

    public async Task HandleAsync(HttpContext context, string rest)
    {
        var verb = context.Request.Method;
        var isKnown = HttpMethods.IsPost(verb) || HttpMethods.IsGet(verb) || HttpMethods.IsDelete(verb);
        if (!isKnown || rest.Length == 0 || rest.Contains('/', StringComparison.Ordinal))
        {
            await ApiError.NoRoute.WriteAsync(context);
            return;
        }

        if (RequestMetadata.Decode(rest) is not { } name)
        {
            await RequestMetadata.WriteBadPathAsync(context);
            return;
        }

        var error = HttpMethods.IsPost(verb) ? await ScheduleAsync(context, name)
            : HttpMethods.IsGet(verb) ? await GetAsync(context, name)
            : Empty(context, await jobs.DeleteAsync(name, context.RequestAborted));
        if (error is not null)
        {
            await error.WriteAsync(context);
        }
    }

    private async Task<ApiError?> ScheduleAsync(HttpContext context, string name)
    {
        var (body, complete) = await RequestBytes.ReadAsync(context);
        if (!complete)
        {
            return new ApiError(400, "ERR_BODY_READ", "failed to read request body: http: request body too large");
        }

        if (JobBody.Read(body, out var job) is { } malformed)
        {
            return new ApiError(400, "ERR_MALFORMED_REQUEST", $"failed deserializing HTTP body: {malformed}");
        }

        return job.Name.Length > 0
            ? new JobError("DAPR_SCHEDULER_JOB_NAME", JobErrorKind.Invalid, "Set the job name in the url only").ToHttp(services.AppId, "")
            : Empty(context, await jobs.ScheduleAsync(job with { Name = name.Trim() }, context.RequestAborted));
    }

    private async Task<ApiError?> GetAsync(HttpContext context, string name)
    {
        var (job, error) = await jobs.GetAsync(name, context.RequestAborted);
        if (job is null)
        {
            return error!.ToHttp(services.AppId, Namespace);
        }

        context.Response.ContentType = "application/json";
        await using var json = new Utf8JsonWriter(context.Response.BodyWriter, Relaxed);
        Write(json, job);
        await json.FlushAsync(context.RequestAborted);
        return null;
    }

    private ApiError? Empty(HttpContext context, JobError? error)
    {
        if (error is not null)
        {
            return error.ToHttp(services.AppId, Namespace);
        }

        context.Response.StatusCode = StatusCodes.Status204NoContent;
        return null;
    }

    private static void Write(Utf8JsonWriter json, ScheduleRequest job)
    {
        json.WriteStartObject();
        json.WriteString("name", job.Name);
        WriteText(json, "schedule", job.Schedule);
        if (job.Repeats is { } repeats)
        {
            json.WriteNumber("repeats", repeats);
        }

        WriteText(json, "dueTime", job.DueTime);
        WriteText(json, "ttl", job.TimeToLive);
        if (job.Data is { } data)
        {
            WriteData(json, data);
        }

        WritePolicy(json, job.FailurePolicy ?? FailurePolicy.Default);
        json.WriteEndObject();
    }

    private static void WriteText(Utf8JsonWriter json, string name, string? text)
    {
        if (text is not null)
        {
            json.WriteString(name, text);
        }
    }

    // What came over gRPC is a message of any type: its bytes, where its JSON form is not known here.
    private static void WriteData(Utf8JsonWriter json, ScheduleData data)
    {
        json.WriteStartObject("data");
        json.WriteString("@type", data.TypeUrl ?? ValueType);
        json.WritePropertyName("value");
        if (data.TypeUrl is null)
        {
            json.WriteRawValue(data.Bytes.Span, skipInputValidation: true);
        }
        else
        {
            json.WriteBase64StringValue(data.Bytes.Span);
        }

        json.WriteEndObject();
    }

    private static void WritePolicy(Utf8JsonWriter json, FailurePolicy policy)
    {
        json.WriteStartObject("failurePolicy");
        json.WriteStartObject(policy.Drop ? "drop" : "constant");
        if (policy is { Drop: false, Interval: { } interval })
        {
            json.WriteString("interval", JobBody.Duration(interval));
        }

        if (policy is { Drop: false, MaxRetries: { } retries })
        {
            json.WriteNumber("maxRetries", retries);
        }

        json.WriteEndObject();
        json.WriteEndObject();
    }
}
