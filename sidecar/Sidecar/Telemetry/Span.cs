using System.Diagnostics;

namespace Sidecar.Telemetry;

/// <summary>
/// A span of the sidecar. It is not an <see cref="Activity"/>, which has an execution context, strings for its ids and a list node for each tag:
/// that cost more than all else that a sidecar adds to a call. One caller at a time.
/// </summary>
internal sealed class Span(Tracing tracing, string name, ActivityKind kind, TraceParent context, ulong parentSpanId, string traceState) : IDisposable
{
    private const int UsualTags = 10;
    private const int UsualServerTags = 4;
    private readonly long _began = tracing.Time.GetTimestamp();
    private KeyValuePair<string, string>[] _tags = [];
    private int _count;
    private string? _id;
    private bool _stopped;

    /// <summary>The name.</summary>
    public string DisplayName { get; set; } = name;

    /// <summary>Whether it serves a call or makes one.</summary>
    public ActivityKind Kind { get; } = kind;

    /// <summary>The ids and flags.</summary>
    public TraceParent Context { get; } = context;

    /// <summary>The span above it; 0 when there is none.</summary>
    public ulong ParentSpanId { get; } = parentSpanId;

    /// <summary>The <c>tracestate</c> that goes on; empty when there is none.</summary>
    public string TraceState { get; } = traceState;

    /// <summary>When it began.</summary>
    public DateTimeOffset StartTime { get; } = tracing.Time.GetUtcNow();

    /// <summary>How long it took; zero until it is stopped.</summary>
    public TimeSpan Duration { get; private set; }

    /// <summary>Whether it is exported. Nothing else about it matters otherwise but its ids.</summary>
    public bool Recorded => Context.IsSampled;

    /// <summary>Its <c>traceparent</c> for what is below it.</summary>
    public string Id => _id ??= Context.ToString();

    /// <summary>Whether it failed.</summary>
    public ActivityStatusCode Status { get; private set; }

    /// <summary>Why it failed.</summary>
    public string? StatusDescription { get; private set; }

    /// <summary>The tags in the order they were set.</summary>
    public ReadOnlySpan<KeyValuePair<string, string>> Tags => _tags.AsSpan(0, _count);

    /// <summary>The value of a tag; null when it was not set.</summary>
    public string? GetTagItem(string key) => IndexOf(key) is >= 0 and var index ? _tags[index].Value : null;

    /// <summary>Sets a tag; null sets nothing.</summary>
    public void SetTag(string key, string? value)
    {
        if (!Recorded || value is null)
        {
            return;
        }

        var index = IndexOf(key);
        if (index < 0)
        {
            index = _count++;
            if (index == _tags.Length)
            {
                Array.Resize(ref _tags, Math.Max(Kind == ActivityKind.Server ? UsualServerTags : UsualTags, index * 2));
            }
        }

        _tags[index] = KeyValuePair.Create(key, value);
    }

    /// <summary>Says how it ended.</summary>
    public void SetStatus(ActivityStatusCode status, string? description = null)
    {
        Status = status;
        StatusDescription = description;
    }

    /// <summary>Ends it and hands it to the exporter, once.</summary>
    public void Stop()
    {
        if (!_stopped)
        {
            _stopped = true;
            Duration = tracing.Time.GetElapsedTime(_began);
            tracing.Export(this);
        }
    }

    /// <inheritdoc />
    public void Dispose() => Stop();

    private int IndexOf(string key)
    {
        for (var i = 0; i < _count; i++)
        {
            if (_tags[i].Key == key)
            {
                return i;
            }
        }

        return -1;
    }
}
