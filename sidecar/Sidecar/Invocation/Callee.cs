using System.Diagnostics;
using Sidecar.Api.Grpc;
using Sidecar.Security;
using Sidecar.Telemetry;
using Sidecar.Telemetry.Metrics;

namespace Sidecar.Invocation;

/// <summary>The called side of an invocation: what a sidecar does with a call that another one hands over, before and after its app.</summary>
internal sealed class Callee(string appId, AppChannel app, GrpcApp grpc, AccessControl access, Tracing tracing, ServiceMetrics metrics) : ICallee
{
    /// <inheritdoc />
    public string AppId => appId;

    /// <inheritdoc />
    public bool IsAvailable => app.IsAvailable;

    /// <inheritdoc />
    public async Task<InvocationResult> InvokeAsync(AppRequest request, string method, TraceContext trace, CancellationToken cancellationToken)
    {
        if (access.Refusal(method, request.Method.Method) is { } refusal)
        {
            return new InvocationResult(null, refusal, 403) { IsPermanent = true };
        }

        using var span = tracing.Start($"calllocal/{appId}{method}", ActivityKind.Server, trace);
        span?.SetTag("dapr.api", "/dapr.proto.internals.v1.ServiceInvocation/CallLocalStream");
        span?.SetTag("dapr.invoke_method", method.TrimStart('/'));
        span?.SetTag("dapr.protocol", "grpc");
        span?.SetTag("rpc.service", "ServiceInvocation");
        var result = app.Exists
            ? await CallAppAsync(request, Tracing.ContextOf(span, trace), "rpc error: code = Internal desc = error invoking app channel: ", cancellationToken)
            : new InvocationResult(null, "rpc error: code = Internal desc = app channel is not initialized");
        Tracing.SetStatus(span, result.Response is null ? result.Status : (int)result.Response.StatusCode);
        if (app.Exists)
        {
            metrics.Served(CallerOf(request), (int?)result.Response?.StatusCode ?? 0);
        }

        return result;
    }

    /// <inheritdoc />
    public Span? StartProxied(string method, string caller, TraceContext trace)
    {
        var span = tracing.Start(method, ActivityKind.Server, trace);
        span?.SetTag("dapr-callee-app-id", appId);
        span?.SetTag("dapr-caller-app-id", caller);
        return span;
    }

    /// <inheritdoc />
    public GrpcApp? FindGrpc(string method, out GrpcStatus? refusal)
    {
        const string Words = "desc = ";
        refusal = access.Refusal(method, "NONE") is { } denied ? new GrpcStatus(GrpcCode.PermissionDenied, denied[(denied.IndexOf(Words, StringComparison.Ordinal) + Words.Length)..])
            : !app.Exists ? grpc.NotThere
            : !app.IsHealthy ? new GrpcStatus(GrpcCode.Internal, "app is not in a healthy state")
            : null;
        return refusal is null ? grpc : null;
    }

    /// <summary>Calls the app; failures are told behind a prefix, which differs between own app and another's.</summary>
    public async Task<InvocationResult> CallAppAsync(AppRequest request, TraceContext trace, string errorPrefix, CancellationToken cancellationToken)
    {
        if (!app.Exists)
        {
            return new InvocationResult(null, "cannot invoke local endpoint: app channel not initialized");
        }

        if (!app.IsHealthy)
        {
            return new InvocationResult(null, errorPrefix + "rpc error: code = Internal desc = app is not in a healthy state");
        }

        if (app.IsHttp && request.Problem is { } problem)
        {
            return new InvocationResult(null, errorPrefix + problem) { IsPermanent = true };
        }

        app.Address(request);
        ForwardedHeaders.SetTrace(request, tracing.Header(trace), trace.TraceState);
        try
        {
            return new InvocationResult(await app.SendAsync(request, cancellationToken));
        }
        catch (HttpRequestException exception)
        {
            return new InvocationResult(null, errorPrefix + TransportError.Describe(request, exception));
        }
    }

    // What the client sent under the same name stands behind it.
    private static string CallerOf(AppRequest request)
    {
        if (request.Headers.NonValidated.TryGetValues("dapr-caller-app-id", out var callers))
        {
            foreach (var caller in callers)
            {
                return caller;
            }
        }

        return "unknown";
    }
}
