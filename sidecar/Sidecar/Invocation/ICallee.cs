using Sidecar.Api.Grpc;
using Sidecar.Telemetry;

namespace Sidecar.Invocation;

/// <summary>The called sidecar, as the calling one hands a call over to it inside the process.</summary>
internal interface ICallee
{
    /// <summary>Its app id.</summary>
    string AppId { get; }

    /// <summary>Whether its app is there and not known to be unhealthy.</summary>
    bool IsAvailable { get; }

    /// <summary>Runs the callee's steps (access control, span, token, app health) and calls the app.</summary>
    Task<InvocationResult> InvokeAsync(AppRequest request, string method, TraceContext trace, CancellationToken cancellationToken);

    /// <summary>Starts the callee's span of a call that is proxied to it; null when spans are not recorded.</summary>
    Span? StartProxied(string method, string caller, TraceContext trace);

    /// <summary>The app for a call that is proxied to it as it is; null and why not.</summary>
    GrpcApp? FindGrpc(string method, out GrpcStatus? refusal);
}
