using System.Collections.Concurrent;
using System.Globalization;
using System.Text;

namespace ServiceDefaults;

/// <summary>
/// All series of one metric in Prometheus text form. The number of series is bounded: past the limit, further label sets are
/// counted together under `overflow`, so that no client can fill the memory.
/// </summary>
internal sealed class MetricFamily(string name, string help, string type, IReadOnlyList<double> bounds)
{
    private const int MaxSeries = 1000;
    private const string Overflow = "overflow=\"true\"";
    private readonly ConcurrentDictionary<string, MetricSeries> _series = new(StringComparer.Ordinal);

    public string Name { get; } = name;

    public MetricSeries Series(ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        var labels = Labels(tags);
        if (_series.TryGetValue(labels, out var known))
        {
            return known;
        }

        return _series.GetOrAdd(_series.Count < MaxSeries ? labels : Overflow, _ => new MetricSeries(bounds));
    }

    public void Write(StringBuilder text, string service)
    {
        text.Append("# HELP ").Append(Name).Append(' ').Append(help.Replace("\n", " ", StringComparison.Ordinal)).Append('\n');
        text.Append("# TYPE ").Append(Name).Append(' ').Append(type).Append('\n');
        foreach (var (labels, series) in _series.OrderBy(entry => entry.Key, StringComparer.Ordinal))
        {
            var all = $"service=\"{service}\"" + (labels.Length == 0 ? "" : "," + labels);
            if (type == "histogram")
            {
                WriteHistogram(text, all, series.Snapshot());
            }
            else
            {
                Line(text, Name, all, series.Value);
            }
        }
    }

    private void WriteHistogram(StringBuilder text, string labels, HistogramSnapshot snapshot)
    {
        for (var index = 0; index < bounds.Count; index++)
        {
            Line(text, Name + "_bucket", $"{labels},le=\"{Number(bounds[index])}\"", snapshot.Cumulative[index]);
        }

        Line(text, Name + "_bucket", labels + ",le=\"+Inf\"", snapshot.Count);
        Line(text, Name + "_sum", labels, snapshot.Sum);
        Line(text, Name + "_count", labels, snapshot.Count);
    }

    private static void Line(StringBuilder text, string name, string labels, double value) =>
        text.Append(name).Append('{').Append(labels).Append("} ").Append(Number(value)).Append('\n');

    private static string Number(double value) => value switch
    {
        double.PositiveInfinity => "+Inf",
        double.NegativeInfinity => "-Inf",
        _ => value.ToString("R", CultureInfo.InvariantCulture),
    };

    private static string Labels(ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        if (tags.Length == 0)
        {
            return "";
        }

        var sorted = tags.ToArray();
        Array.Sort(sorted, (left, right) => string.CompareOrdinal(left.Key, right.Key));
        return string.Join(',', sorted.Select(tag => $"{tag.Key.Replace('.', '_').Replace('-', '_')}=\"{Escape(Convert.ToString(tag.Value, CultureInfo.InvariantCulture) ?? "")}\""));
    }

    private static string Escape(string value) => value
        .Replace("\\", "\\\\", StringComparison.Ordinal)
        .Replace("\"", "\\\"", StringComparison.Ordinal)
        .Replace("\n", "\\n", StringComparison.Ordinal);
}
