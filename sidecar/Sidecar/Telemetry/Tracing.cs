using System.Diagnostics;
using Microsoft.AspNetCore.Http;

namespace Sidecar.Telemetry;

/// <summary>The trace context and spans of one sidecar.</summary>
internal sealed class Tracing : IDisposable
{
    /// <summary>The source of the sidecar's spans.</summary>
    public ActivitySource Source { get; } = new("Sidecar");

    /// <summary>The trace context of a request: what goes with a published event or an outgoing call. Empty when nothing is traced.</summary>
    public TraceContext Of(HttpContext context) => TraceContext.None;

    /// <inheritdoc />
    public void Dispose() => Source.Dispose();
}

/// <summary>A W3C trace context; both empty when there is none.</summary>
internal readonly record struct TraceContext(string TraceParent, string TraceState)
{
    public static TraceContext None => new("", "");
}
