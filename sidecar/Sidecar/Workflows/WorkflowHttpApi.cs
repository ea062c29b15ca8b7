using System.Text;
using System.Text.Json;
using Dapr.DurableTask.Protobuf;
using Microsoft.AspNetCore.Http;
using Sidecar.Api.Http;
using Sidecar.Telemetry;
using TraceContext = Dapr.DurableTask.Protobuf.TraceContext;

namespace Sidecar.Workflows;

/// <summary>The workflow API over HTTP; the component's name in the path is not looked at, as in Dapr.</summary>
internal sealed class WorkflowHttpApi(Func<WorkflowOperations?> find, bool hasPlacement) : IHttpApi
{
    private const int MaxIdLength = 64;

    private static readonly ApiError UnknownRoute = new(404, "ERR_DIRECT_INVOKE", "failed getting app id either from the URL path or the header dapr-app-id");

    private static readonly ApiError NoPlacement = new(400, "ERR_ACTOR_NO_PLACEMENT", "placement service is not configured");

    public IReadOnlyList<string> Prefixes { get; } = ["v1.0/workflows", "v1.0-beta1/workflows", "v1.0-alpha1/workflows"];

    public async Task HandleAsync(HttpContext context, string rest)
    {
        if (!hasPlacement)
        {
            await NoPlacement.WriteAsync(context);
            return;
        }

        var parts = rest.Split('/').Select(Uri.UnescapeDataString).ToArray();
        var post = HttpMethods.IsPost(context.Request.Method);
        if (find() is null)
        {
            await WithoutStore(context, parts, post).WriteAsync(context);
            return;
        }

        if (post && parts is [_, { Length: > 0 }, "start" or "terminate" or "pause" or "resume"] or [_, { Length: > 0 }, "raiseEvent", { Length: > 0 }])
        {
            // As in daprd nothing is begun before somebody can run it: the caller waits, and what it gave up on has not happened.
            await find()!.WaitForWorkerAsync(context.RequestAborted);
        }

        var error = parts switch
        {
            [_, { Length: > 0 } id] when HttpMethods.IsGet(context.Request.Method) => await GetAsync(context, id),
            [_, { Length: > 0 } name, "start"] when post => await StartAsync(context, name),
            [_, { Length: > 0 } id, "terminate"] when post => await TerminateAsync(context, id),
            [_, { Length: > 0 } id, "pause"] when post => await PauseAsync(context, id),
            [_, { Length: > 0 } id, "resume"] when post => await ResumeAsync(context, id),
            [_, { Length: > 0 } id, "purge"] when post => await PurgeAsync(context, id),
            [_, { Length: > 0 } id, "raiseEvent", { Length: > 0 } name] when post => await RaiseAsync(context, id, name),
            _ => UnknownRoute,
        };
        if (error is not null)
        {
            await error.WriteAsync(context);
        }
    }

    private static ApiError WithoutStore(HttpContext context, string[] parts, bool post) => parts switch
    {
        [_, { Length: > 0 } id] when HttpMethods.IsGet(context.Request.Method) => WorkflowErrors.GetWithoutStore(id),
        [_, { Length: > 0 } name, "start"] when post => CheckId(IdOf(context)) ?? WorkflowErrors.StartWithoutStore(name),
        [_, { Length: > 0 } id, "terminate"] when post => WorkflowErrors.Terminate(id),
        [_, { Length: > 0 } id, "pause"] when post => WorkflowErrors.Pause(id),
        [_, { Length: > 0 } id, "resume"] when post => WorkflowErrors.Resume(id),
        [_, { Length: > 0 } id, "purge"] when post => WorkflowErrors.Purge(id),
        [_, { Length: > 0 } id, "raiseEvent", { Length: > 0 } name] when post => WorkflowErrors.Raise(id, name),
        _ => UnknownRoute,
    };

    private static string IdOf(HttpContext context) => context.Request.Query["instanceID"].ToString() is { Length: > 0 } given ? given : Guid.NewGuid().ToString();

    private static ApiError NotFound(string id, string extra = "") => new(404, "ERR_INSTANCE_ID_NOT_FOUND", $"unable to find workflow with the provided instance ID: {id}{extra}");

    private static async Task<string> BodyAsync(HttpContext context)
    {
        using var reader = new StreamReader(context.Request.Body, Encoding.UTF8);
        return await reader.ReadToEndAsync(context.RequestAborted);
    }

    private static async Task WriteAsync(HttpContext context, int status, object body)
    {
        context.Response.StatusCode = status;
        context.Response.ContentType = "application/json";
        await JsonSerializer.SerializeAsync(context.Response.Body, body, cancellationToken: context.RequestAborted);
    }

    /// <summary>What is wrong with an id for a new instance, or null.</summary>
    internal static ApiError? CheckId(string id) => Encoding.UTF8.GetByteCount(id) > MaxIdLength
        ? new(400, "ERR_INSTANCE_ID_TOO_LONG", $"workflow instance ID exceeds the max length of {MaxIdLength} characters")
        : id.EnumerateRunes().All(rune => Rune.IsLetter(rune) || Rune.IsDigit(rune) || rune.Value is '_' or '-') ? null : new(400, "ERR_INSTANCE_ID_INVALID", $"workflow instance ID '{id}' is invalid: only alphanumeric and underscore characters are allowed");

    private static async Task<ApiError?> DoneAsync(HttpContext context)
    {
        await WriteAsync(context, 202, new Dictionary<string, string>());
        return null;
    }

    private WorkflowOperations Operations => find()!;

    private async Task<ApiError?> StartAsync(HttpContext context, string name)
    {
        var id = IdOf(context);
        if (CheckId(id) is { } invalid)
        {
            return invalid;
        }

        if (Operations.ProblemOfId(id) is { } problem)
        {
            return WorkflowErrors.Start(name, problem);
        }

        // As in daprd the trace of a workflow that was started over HTTP is one of its own; without spans the caller's context goes on.
        var trace = context.Features.Get<RequestTrace>() is { Span: null, Context: var incoming } ? incoming : Telemetry.TraceContext.None;
        var request = new CreateInstanceRequest { InstanceId = id, Name = name, Input = await BodyAsync(context), ParentTraceContext = ToMessage(trace) };
        var refusal = await Operations.CreateAsync(request, context.RequestAborted);
        if (WorkflowErrors.Reason(refusal, id) is { } reason)
        {
            return WorkflowErrors.Start(name, reason, refusal == WorkflowRefusal.Overloaded ? 503 : 500);
        }

        await Operations.WaitForStartAsync(id, context.RequestAborted);
        await WriteAsync(context, 202, new { instanceID = id });
        return null;
    }

    private static TraceContext? ToMessage(Telemetry.TraceContext trace) =>
        trace.TraceParent.Length > 0 ? new TraceContext { TraceParent = trace.TraceParent, TraceState = trace.TraceState } : null;

    private async Task<ApiError?> GetAsync(HttpContext context, string id)
    {
        if (await Operations.FindAsync(id, context.RequestAborted) is not { } head)
        {
            return NotFound(id);
        }

        var state = InstanceView.Of(head, withPayloads: true);
        await WriteAsync(context, 200, new
        {
            instanceID = state.InstanceId,
            workflowName = state.Name,
            createdAt = state.CreatedTimestamp.ToDateTime(),
            lastUpdatedAt = state.LastUpdatedTimestamp.ToDateTime(),
            runtimeStatus = state.WorkflowStatus.ToString().ToUpperInvariant(),
            properties = Properties(state, await Operations.FindWaitAsync(id, context.RequestAborted)),
        });
        return null;
    }

    /// <summary>Payloads and failure of an instance as the API lists them.</summary>
    internal static SortedDictionary<string, string> Properties(WorkflowState state, string? wait)
    {
        var properties = new SortedDictionary<string, string>(StringComparer.Ordinal);
        Add("dapr.workflow.input", state.Input);
        Add("dapr.workflow.custom_status", state.CustomStatus);
        Add("dapr.workflow.output", state.Output);
        Add("dapr.workflow.waiting_for", wait);
        Add("dapr.workflow.failure.error_type", state.FailureDetails?.ErrorType);
        Add("dapr.workflow.failure.error_message", state.FailureDetails?.ErrorMessage);
        Add("dapr.workflow.failure.stack_trace", state.FailureDetails?.StackTrace);
        return properties;

        void Add(string name, string? value)
        {
            if (value is not null)
            {
                properties[name] = value;
            }
        }
    }

    private async Task<ApiError?> TerminateAsync(HttpContext context, string id)
    {
        var recursive = context.Request.Query["non_recursive"] != "true";
        return await Operations.TerminateAsync(id, output: null, recursive, context.RequestAborted) == WorkflowRefusal.NotFound
            ? NotFound(id, "%!(EXTRA *fmt.wrapError=failed to submit termination request:: no such instance exists)")
            : await DoneAsync(context);
    }

    private async Task<ApiError?> PauseAsync(HttpContext context, string id) =>
        WorkflowErrors.Reason(await Operations.SuspendAsync(id, reason: null, context.RequestAborted), id) is { } reason
            ? WorkflowErrors.Pause(id, reason)
            : await DoneAsync(context);

    private async Task<ApiError?> ResumeAsync(HttpContext context, string id) =>
        WorkflowErrors.Reason(await Operations.ResumeAsync(id, reason: null, context.RequestAborted), id) is { } reason
            ? WorkflowErrors.Resume(id, reason)
            : await DoneAsync(context);

    private async Task<ApiError?> PurgeAsync(HttpContext context, string id)
    {
        var recursive = context.Request.Query["non_recursive"] != "true";
        var (refusal, _) = await Operations.PurgeAsync(id, recursive, force: false, context.RequestAborted);
        return refusal switch
        {
            WorkflowRefusal.None => await DoneAsync(context),
            WorkflowRefusal.NotFound => NotFound(id, "%!(EXTRA *fmt.wrapError=failed to purge workflow state: failed to fetch workflow state: no such instance exists)"),
            _ => WorkflowErrors.Purge(id, WorkflowErrors.Reason(refusal, id)!),
        };
    }

    private async Task<ApiError?> RaiseAsync(HttpContext context, string id, string name)
    {
        var body = await BodyAsync(context);
        return WorkflowErrors.Reason(await Operations.RaiseEventAsync(id, name, body, context.RequestAborted), id) is { } reason
            ? WorkflowErrors.Raise(id, name, reason)
            : await DoneAsync(context);
    }
}
