using System.Diagnostics;
using Microsoft.AspNetCore.Http;
using Sidecar.Components;

namespace Sidecar.Telemetry;

/// <summary>
/// The spans of one sidecar. Invariant: what a request carries to the app, to the callee and into events is one of three things:
/// the id of the sidecar's own span (spans are recorded), the caller's <c>traceparent</c> unchanged (nothing to export to), or,
/// like daprd, the all-zero one when the caller sent none and sampling is not switched off.
/// </summary>
internal sealed class Tracing
{
    public const string ZeroTraceParent = "00-00000000000000000000000000000000-0000000000000000-00";

    private readonly double _samplingRate;
    private readonly bool _recording;
    private readonly bool _silent;
    private readonly ISpanExporter[] _exporters;

    public Tracing(ConfigurationSpec configuration, IReadOnlyList<ISpanExporter> exporters, TimeProvider? time = null)
    {
        _samplingRate = configuration.SamplingRate;
        _silent = configuration is { SamplingConfigured: true, SamplingRate: 0 };
        _recording = configuration.ExporterConfigured && !_silent;
        _exporters = [.. exporters];
        Time = time ?? TimeProvider.System;
    }

    /// <summary>Whether baggage is looked at; it is unless sampling is switched off.</summary>
    public bool TakesBaggage => !_silent;

    /// <summary>The clock of the spans.</summary>
    public TimeProvider Time { get; }

    /// <summary>Starts the span of an API request, or takes over the caller's context.</summary>
    public RequestTrace Begin(HttpContext context, string path, ActivityKind kind = ActivityKind.Client)
    {
        var trace = new RequestTrace(Incoming(context.Request.Headers.TraceParent, context.Request.Headers.TraceState), null);
        if (_recording)
        {
            trace.Span = Start(NameOf(path), kind, trace.Incoming);
        }

        context.Features.Set(trace);
        return trace;
    }

    /// <summary>A path as spans name it: without escapes.</summary>
    public static string NameOf(string path) => path.Contains('%', StringComparison.Ordinal) ? Uri.UnescapeDataString(path) : path;

    /// <summary>The context that goes with a published event: the request's span or the caller's context, else empty.</summary>
    public TraceContext Of(HttpContext context) => context.Features.Get<RequestTrace>()?.Context ?? TraceContext.None;

    /// <summary>The <c>traceparent</c> on the way to an app: the context's, or daprd's all-zero one; null when sampling is switched off.</summary>
    public string? Header(TraceContext context) => context.TraceParent.Length > 0 ? context.TraceParent : _silent ? null : ZeroTraceParent;

    /// <summary>The trace headers of an answer of the API; null when sampling is switched off.</summary>
    public TraceContext? Answer(RequestTrace trace) => _silent ? null : trace.Context with { TraceParent = Header(trace.Context)! };

    /// <summary>Starts a span below a context; null when spans are not recorded. The caller stops it.</summary>
    public Span? Start(string name, ActivityKind kind, TraceContext parent)
    {
        if (!_recording)
        {
            return null;
        }

        var id = (ulong)Random.Shared.NextInt64(1, long.MaxValue);
        if (parent.Span is { Context: var above } || TraceParent.TryParse(parent.TraceParent, out above))
        {
            return new Span(this, name, kind, above.With(id, above.IsSampled), above.SpanId, parent.TraceState);
        }

        var lower = (ulong)Random.Shared.NextInt64();
        var trace = new UInt128((ulong)Random.Shared.NextInt64(1, long.MaxValue), lower);
        return new Span(this, name, kind, new TraceParent(trace, 0, 0).With(id, _samplingRate >= 1 || lower < _samplingRate * long.MaxValue), 0, "");
    }

    /// <summary>Hands a finished span to the exporters.</summary>
    public void Export(Span span)
    {
        if (!span.Recorded)
        {
            return;
        }

        foreach (var exporter in _exporters)
        {
            exporter.Add(span);
        }
    }

    /// <summary>Starts the span of an event's delivery to the app. The caller stops it; see <see cref="ContextOf"/> for the headers.</summary>
    public Span? StartDelivery(string topic, TraceContext parent)
    {
        var span = Start("pubsub/" + topic, ActivityKind.Client, parent);
        span?.SetTag("messaging.destination.name", topic);
        span?.SetTag("messaging.system", "pubsub");
        return span;
    }

    /// <summary>The context below a span, or the fallback when there is no span.</summary>
    public static TraceContext ContextOf(Span? span, TraceContext fallback) =>
        span is null ? fallback : new(span.Id, span.TraceState) { Span = span };

    /// <summary>Marks a span as failed by an HTTP status of 400 or more.</summary>
    public static void SetStatus(Span? span, int status)
    {
        if (status >= 400)
        {
            span?.SetStatus(ActivityStatusCode.Error, $"Code({status}): {Microsoft.AspNetCore.WebUtilities.ReasonPhrases.GetReasonPhrase(status)}");
        }
    }

    /// <summary>The context that headers carry; none when they are no trace context.</summary>
    public static TraceContext Incoming(string? traceParent, string? traceState) =>
        TraceParent.TryParse(traceParent, out _) ? new(traceParent!, IsHeader(traceState) ? traceState! : "") : TraceContext.None;

    // It goes on as a header of requests and answers; by the standard it is printable ASCII, and what is not counts as absent.
    private static bool IsHeader(string? traceState) => !traceState.AsSpan().ContainsAnyExceptInRange(' ', '~') && traceState is not null;
}
