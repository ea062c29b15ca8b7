using System.Collections.Concurrent;

namespace Sidecar.Telemetry.Metrics;

/// <summary>The values of a metric's labels, in the order of their names; unused ones are null.</summary>
internal readonly record struct LabelValues(string? First = null, string? Second = null, string? Third = null, string? Fourth = null, string? Fifth = null, string? Sixth = null);

/// <summary>
/// One metric in all its series. Invariant: no more than <see cref="MaxSeries"/> series exist, whatever paths callers invent; what comes
/// later is counted in one series with empty labels.
/// </summary>
internal sealed class MetricFamily<T>(string name, string type, string appId, IReadOnlyList<string> labels, Func<T> create, Action<TextWriter, string, string, T> write)
    where T : class
{
    private const int MaxSeries = 2_000;
    private static readonly LabelValues Overflow = new("", "", "", "", "", "");
    private readonly ConcurrentDictionary<LabelValues, T> _series = new();

    /// <summary>The series of these labels.</summary>
    public T At(LabelValues values)
    {
        if (_series.TryGetValue(values, out var series))
        {
            return series;
        }

        return _series.GetOrAdd(_series.Count < MaxSeries ? values : Overflow, static (_, make) => make(), create);
    }

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
        return string.Join(',', labels.Select((label, i) => (label, value: all[i] ?? "")).Append(("app_id", appId)).OrderBy(pair => pair.Item1, StringComparer.Ordinal).Select(pair => $"{pair.Item1}=\"{Escape(pair.Item2)}\""));
    }

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
    public void Set(long value) => Interlocked.Exchange(ref _value, value);
}
