using System.Collections.Concurrent;

namespace Sidecar.Telemetry.Metrics;

/// <summary>The values of a metric's labels, in the order of their names; unused ones are null.</summary>
internal readonly record struct LabelValues(string? First = null, string? Second = null, string? Third = null, string? Fourth = null, string? Fifth = null, string? Sixth = null)
{
    /// <summary>Whether these are the same objects; others may still be equal.</summary>
    public bool IsSame(in LabelValues other) =>
        ReferenceEquals(First, other.First) && ReferenceEquals(Second, other.Second) && ReferenceEquals(Third, other.Third)
        && ReferenceEquals(Fourth, other.Fourth) && ReferenceEquals(Fifth, other.Fifth) && ReferenceEquals(Sixth, other.Sixth);
}

/// <summary>
/// One metric in all its series. Invariant: no more than <see cref="MaxSeries"/> series exist, whatever paths callers invent; what comes
/// later is counted in one series with empty labels.
/// </summary>
internal sealed class MetricFamily<T>(string name, string type, string appId, IReadOnlyList<string> labels, MetricRules rules, Func<T> create, Action<TextWriter, string, string, T> write)
    where T : class
{
    private const int MaxSeries = 2_000;
    private static readonly LabelValues Overflow = new("", "", "", "", "", "");
    private readonly ConcurrentDictionary<LabelValues, T> _series = new();
    private Found? _last;

    /// <summary>The series of these labels.</summary>
    public T At(LabelValues values)
    {
        // Labels are mostly constants and names of the configuration: the same objects again spare the hashing of their texts.
        var last = Volatile.Read(ref _last);
        if (last is not null && last.Values.IsSame(values))
        {
            return last.Series;
        }

        var series = Find(rules.IsEmpty ? values : rules.Apply(name, labels, values));
        Volatile.Write(ref _last, new Found(values, series));
        return series;
    }

    private T Find(LabelValues values) =>
        _series.TryGetValue(values, out var known)
            ? known
            : _series.GetOrAdd(_series.Count < MaxSeries ? values : Overflow, static (_, make) => make(), create);

    /// <summary>Writes all series in Prometheus' text form.</summary>
    public void Write(TextWriter writer)
    {
        if (_series.IsEmpty)
        {
            return;
        }

        writer.Write($"# TYPE {name} {type}\n");
        foreach (var (values, series) in _series)
        {
            write(writer, name, Text(values), series);
        }
    }

    private string Text(LabelValues values)
    {
        string?[] all = [values.First, values.Second, values.Third, values.Fourth, values.Fifth, values.Sixth];
        return string.Join(',', labels.Select((label, i) => (label, value: all[i] ?? "")).Append(("app_id", rules.Apply(name, "app_id", appId))).OrderBy(pair => pair.Item1, StringComparer.Ordinal).Select(pair => $"{pair.Item1}=\"{Escape(pair.Item2)}\""));
    }

    private sealed record Found(LabelValues Values, T Series);

    private static string Escape(string text) => text.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal).Replace("\n", "\\n", StringComparison.Ordinal);
}

/// <summary>A number that grows, or is set.</summary>
internal sealed class Counter
{
    private long _value;

    /// <summary>The number.</summary>
    public long Value => Interlocked.Read(ref _value);

    /// <summary>Adds one.</summary>
    public void Increment() => Interlocked.Increment(ref _value);

    /// <summary>Adds a number.</summary>
    public void Add(long value) => Interlocked.Add(ref _value, value);

    /// <summary>Sets it.</summary>
    public void Set(long value)
    {
        // A gauge mostly stays as it is, and a write would take its cache line from the other processors.
        if (Interlocked.Read(ref _value) != value)
        {
            Interlocked.Exchange(ref _value, value);
        }
    }
}
