namespace Sidecar.Telemetry;

/// <summary>A W3C trace context; both empty when there is none.</summary>
internal readonly record struct TraceContext(string TraceParent, string TraceState)
{
    public static TraceContext None => new("", "");

    /// <summary>The sidecar's own span that this is the context of, so that what is below it need not read the text; null when it came from outside.</summary>
    public Span? Span { get; init; }
}

/// <summary>The trace of one API request, kept in the request's features.</summary>
internal sealed class RequestTrace(TraceContext incoming, Span? span)
{
    /// <summary>What the caller sent; empty when nothing valid.</summary>
    public TraceContext Incoming { get; } = incoming;

    /// <summary>The sidecar's span; null when spans are not recorded.</summary>
    public Span? Span { get; set; } = span;

    /// <summary>What goes on to others.</summary>
    public TraceContext Context => Tracing.ContextOf(Span, Incoming);
}
