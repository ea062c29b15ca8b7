using System.Text.RegularExpressions;
using Sidecar.Components;

namespace Sidecar.Telemetry.Metrics;

/// <summary>The Configuration's rules for labels: what a pattern finds in a value is replaced, e.g. ids in paths, so that series become one.</summary>
internal sealed class MetricRules
{
    private readonly Dictionary<(string Metric, string Label), (Regex Pattern, string Replacement)[]> _rules = [];

    public MetricRules(IReadOnlyList<MetricRule> rules)
    {
        // As in daprd a later rule for the same label takes the place of an earlier one.
        foreach (var rule in rules)
        {
            _rules[(Key(rule.Metric), rule.Label)] = [.. rule.Replacements.Select(pair => (MetricRule.Pattern(pair.Pattern), pair.Replacement))];
        }
    }

    /// <summary>Whether there are none.</summary>
    public bool IsEmpty => _rules.Count == 0;

    /// <summary>The values of a metric's labels with its rules applied.</summary>
    public LabelValues Apply(string metric, IReadOnlyList<string> labels, LabelValues values)
    {
        return new(At(0, values.First), At(1, values.Second), At(2, values.Third), At(3, values.Fourth), At(4, values.Fifth), At(5, values.Sixth));

        string? At(int index, string? value) => value is null || index >= labels.Count ? value : Apply(metric, labels[index], value);
    }

    /// <summary>The value of one label with the metric's rules applied.</summary>
    public string Apply(string metric, string label, string value)
    {
        if (value.Length > 0 && _rules.TryGetValue((Key(metric), label), out var replacements))
        {
            foreach (var (pattern, replacement) in replacements)
            {
                value = pattern.Replace(value, replacement);
            }
        }

        return value;
    }

    // A rule may name a metric with daprd's prefix or without, and with its own slashes or Prometheus' underscores.
    private static string Key(string metric) => (metric.StartsWith("dapr_", StringComparison.Ordinal) ? metric["dapr_".Length..] : metric).Replace('_', '/').Replace('.', '/');
}
