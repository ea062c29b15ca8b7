using System.Globalization;

namespace Benchmarks;

/// <summary>Prints the figures of one suite as they come: absolute ones, and ratios with their goal.</summary>
internal sealed class Report
{
    public Report(string suite) => Console.WriteLine($"{Environment.NewLine}== {suite}");

    /// <summary>A remark between figures.</summary>
    public static void Note(string text) => Console.WriteLine(text);

    /// <summary>An absolute figure; it drifts with the machine.</summary>
    public void Figure(string name, double value, string unit, string remark = "") =>
        Console.WriteLine($"  {name,-52} {Number(value),12} {unit,-8} {remark}".TrimEnd());

    /// <summary>A ratio that must not fall below its goal.</summary>
    public void AtLeast(string name, double ratio, double goal) => Ratio(name, ratio, $">= {Number(goal)}", ratio >= goal);

    /// <summary>A ratio that must not exceed its goal.</summary>
    public void AtMost(string name, double ratio, double goal) => Ratio(name, ratio, $"<= {Number(goal)}", ratio <= goal);

    /// <summary>The middle one.</summary>
    public static double Median(IEnumerable<double> values)
    {
        var sorted = values.Order().ToList();
        return sorted.Count == 0 ? double.NaN : sorted[sorted.Count / 2];
    }

    private static void Ratio(string name, double ratio, string goal, bool reached) =>
        Console.WriteLine($"  {name,-52} {Number(ratio),12} {"",-8} goal {goal}: {(reached ? "reached" : "MISSED")}");

    private static string Number(double value) => value.ToString(value >= 100 ? "N0" : "0.00", CultureInfo.InvariantCulture);
}
