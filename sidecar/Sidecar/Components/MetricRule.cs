using System.Text.RegularExpressions;

namespace Sidecar.Components;

/// <summary>What stands in place of what a pattern finds in a label.</summary>
internal sealed record LabelReplacement(string Pattern, string Replacement);

/// <summary>A rule of the Configuration for one label of one metric.</summary>
/// <param name="Replacements">What stands in place of what a pattern finds.</param>
internal sealed record MetricRule(string Metric, string Label, IReadOnlyList<LabelReplacement> Replacements)
{
    /// <summary>A pattern as Go reads it: no back references, and the time it takes grows with the text alone. Throws <see cref="ArgumentException"/> when it is none.</summary>
    public static Regex Pattern(string pattern)
    {
        try
        {
            return new Regex(pattern, RegexOptions.NonBacktracking | RegexOptions.CultureInvariant);
        }
        catch (NotSupportedException exception)
        {
            throw new ArgumentException(exception.Message, nameof(pattern), exception);
        }
    }

    /// <summary>What is wrong with a pattern, as what is accepted; null when nothing is.</summary>
    public static string? Problem(string pattern)
    {
        try
        {
            Pattern(pattern);
            return null;
        }
        catch (ArgumentException)
        {
            return "a regular expression without look-arounds and back references";
        }
    }
}
