using System.Diagnostics;
using Sidecar.Telemetry;

namespace Sidecar.PubSub;

/// <summary>
/// The spans of the entries of a bulk request: each entry carries the id of one of its own, below that of the request, so that their
/// deliveries can be told apart. They end with the request.
/// </summary>
/// <param name="tracing">Where they go.</param>
/// <param name="suffix">What daprd puts behind the name of the request's span.</param>
internal sealed class EntrySpans(Tracing tracing, string suffix) : IDisposable
{
    private readonly List<Span> _spans = [];

    /// <summary>Begins the span of an entry; the entry as it is when spans are not recorded.</summary>
    public PublishedEvent Begin(PublishedEvent entry)
    {
        if (entry.Trace.Span is not { } request || tracing.Start(request.DisplayName + suffix, ActivityKind.Producer, entry.Trace) is not { } span)
        {
            return entry;
        }

        _spans.Add(span);
        return entry with { Trace = Tracing.ContextOf(span, entry.Trace) };
    }

    /// <summary>Marks them as failed: the request is, even if some entries were published.</summary>
    public void Fail(string why) => _spans.ForEach(span => span.SetStatus(ActivityStatusCode.Error, why));

    /// <summary>Marks them by the status of an answer over HTTP, which may be none of failure.</summary>
    public void Fail(int status) => _spans.ForEach(span => Tracing.SetStatus(span, status));

    /// <inheritdoc />
    public void Dispose() => _spans.ForEach(span => span.Stop());
}
