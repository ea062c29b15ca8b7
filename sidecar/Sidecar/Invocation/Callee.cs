using System.Diagnostics;
using Sidecar.Security;
using Sidecar.Telemetry;

namespace Sidecar.Invocation;

/// <summary>The called side of an invocation: what a sidecar does with a call that another one hands over, before and after its app.</summary>
internal sealed class Callee(string appId, AppChannel app, AccessControl access, Tracing tracing) : ICallee
{
    /// <inheritdoc />
    public async Task<InvocationResult> InvokeAsync(HttpRequestMessage request, string method, TraceContext trace, CancellationToken cancellationToken)
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
        var result = await CallAppAsync(request, Tracing.ContextOf(span, trace), "rpc error: code = Internal desc = error invoking app channel: ", cancellationToken);
        Tracing.SetStatus(span, result.Response is null ? result.Status : (int)result.Response.StatusCode);
        return result;
    }

    /// <summary>Calls the app; failures are told behind a prefix, which differs between own app and another's.</summary>
    public async Task<InvocationResult> CallAppAsync(HttpRequestMessage request, TraceContext trace, string errorPrefix, CancellationToken cancellationToken)
    {
        if (!app.Exists)
        {
            return new InvocationResult(null, "rpc error: code = Internal desc = app channel is not initialized");
        }

        if (!app.IsHealthy)
        {
            return new InvocationResult(null, "rpc error: code = Internal desc = app is not in a healthy state");
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
}
