using Sidecar.Telemetry;

namespace Sidecar.Invocation;

/// <summary>The called sidecar, as the calling one hands a call over to it inside the process.</summary>
internal interface ICallee
{
    /// <summary>Runs the callee's steps (access control, span, token, app health) and calls the app.</summary>
    Task<InvocationResult> InvokeAsync(HttpRequestMessage request, string method, TraceContext trace, CancellationToken cancellationToken);
}
