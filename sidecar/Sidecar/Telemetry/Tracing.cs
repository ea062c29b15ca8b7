using System.Diagnostics;
using Microsoft.AspNetCore.Http;
using Sidecar.Components;

namespace Sidecar.Telemetry;

/// <summary>
/// The spans of one sidecar. Invariant: what a request carries to the app, to the callee and into events is one of three things:
/// the id of the sidecar's own span (spans are recorded), the caller's <c>traceparent</c> unchanged (nothing to export to), or,
/// like daprd, the all-zero one when the caller sent none and sampling is not switched off.
/// </summary>
internal sealed class Tracing : IDisposable
{
    public const string ZeroTraceParent = "00-00000000000000000000000000000000-0000000000000000-00";

    private readonly double _samplingRate;
    private readonly bool _recording;
    private readonly bool _silent;
    private readonly ZipkinExporter? _exporter;
    private readonly ActivityListener? _listener;

    public Tracing(ConfigurationSpec configuration, ZipkinExporter? exporter)
    {
        _samplingRate = configuration.SamplingRate;
        _silent = configuration is { SamplingConfigured: true, SamplingRate: 0 };
        _recording = configuration.ExporterConfigured && !_silent;
        _exporter = exporter;
        if (_recording)
        {
            _listener = new ActivityListener
            {
                ShouldListenTo = source => ReferenceEquals(source, Source),
                Sample = Sample,
                ActivityStopped = Export,
            };
            ActivitySource.AddActivityListener(_listener);
        }
    }

    /// <summary>The source of the sidecar's spans.</summary>
    public ActivitySource Source { get; } = new("Sidecar");

    /// <summary>Starts the span of an API request, or takes over the caller's context.</summary>
    public RequestTrace Begin(HttpContext context, string path)
    {
        var trace = new RequestTrace(Incoming(context.Request.Headers.TraceParent, context.Request.Headers.TraceState), null);
        if (_recording)
        {
            trace.Span = Start(path, ActivityKind.Client, trace.Incoming);
        }

        context.Features.Set(trace);
        return trace;
    }

    /// <summary>The context that goes with a published event: the request's span or the caller's context, else empty.</summary>
    public TraceContext Of(HttpContext context) => context.Features.Get<RequestTrace>()?.Context ?? TraceContext.None;

    /// <summary>The <c>traceparent</c> on the way to an app: the context's, or daprd's all-zero one; null when sampling is switched off.</summary>
    public string? Header(TraceContext context) => context.TraceParent.Length > 0 ? context.TraceParent : _silent ? null : ZeroTraceParent;

    /// <summary>The trace headers of an answer of the API; null when sampling is switched off.</summary>
    public TraceContext? Answer(RequestTrace trace) => _silent ? null : trace.Context with { TraceParent = Header(trace.Context)! };

    /// <summary>Starts a span below a context; null when spans are not recorded. The caller stops it.</summary>
    public Activity? Start(string name, ActivityKind kind, TraceContext parent)
    {
        if (!_recording)
        {
            return null;
        }

        var found = ActivityContext.TryParse(parent.TraceParent, parent.TraceState.Length > 0 ? parent.TraceState : null, isRemote: true, out var parentContext);

        // An explicit parent or none: what runs in this process, a test or another sidecar, must never become the parent.
        var current = Activity.Current;
        Activity.Current = null;
        try
        {
            return Source.StartActivity(name, kind, found ? parentContext : default);
        }
        finally
        {
            Activity.Current = current;
        }
    }

    /// <summary>Starts the span of an event's delivery to the app. The caller stops it; see <see cref="ContextOf"/> for the headers.</summary>
    public Activity? StartDelivery(string topic, TraceContext parent)
    {
        var span = Start("pubsub/" + topic, ActivityKind.Client, parent);
        span?.SetTag("messaging.destination.name", topic);
        span?.SetTag("messaging.system", "pubsub");
        return span;
    }

    /// <summary>The context below a span, or the fallback when there is no span.</summary>
    public static TraceContext ContextOf(Activity? span, TraceContext fallback) =>
        span is null ? fallback : new(span.Id ?? "", span.TraceStateString ?? "");

    /// <summary>Marks a span as failed by an HTTP status of 400 or more.</summary>
    public static void SetStatus(Activity? span, int status)
    {
        if (status >= 400)
        {
            span?.SetStatus(ActivityStatusCode.Error, $"Code({status}): {Microsoft.AspNetCore.WebUtilities.ReasonPhrases.GetReasonPhrase(status)}");
        }
    }

    /// <inheritdoc />
    public void Dispose()
    {
        _listener?.Dispose();
        Source.Dispose();
    }

    private static TraceContext Incoming(string? traceParent, string? traceState) =>
        traceParent is { Length: 55 } && ActivityContext.TryParse(traceParent, null, out _) ? new(traceParent, traceState ?? "") : TraceContext.None;

    private ActivitySamplingResult Sample(ref ActivityCreationOptions<ActivityContext> options)
    {
        var sampled = options.Parent == default ? IsSampled(options.TraceId) : options.Parent.TraceFlags.HasFlag(ActivityTraceFlags.Recorded);
        return sampled ? ActivitySamplingResult.AllDataAndRecorded : ActivitySamplingResult.PropagationData;
    }

    private bool IsSampled(ActivityTraceId id)
    {
        Span<byte> bytes = stackalloc byte[16];
        id.CopyTo(bytes);
        var value = System.Buffers.Binary.BinaryPrimitives.ReadUInt64BigEndian(bytes[8..]) >> 1;
        return _samplingRate >= 1 || value < _samplingRate * long.MaxValue;
    }

    private void Export(Activity span)
    {
        if (span.Recorded)
        {
            _exporter?.Add(span);
        }
    }
}
