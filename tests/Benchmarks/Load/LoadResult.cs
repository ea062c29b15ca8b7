using System.Diagnostics;

namespace Benchmarks.Load;

/// <summary>What one measurement gave.</summary>
/// <param name="PerSecond">Completed operations per second.</param>
/// <param name="P50">The median latency in milliseconds.</param>
/// <param name="P99">The 99th percentile of the latency in milliseconds.</param>
/// <param name="Completed">Completed operations.</param>
internal sealed record LoadResult(double PerSecond, double P50, double P99, double Completed)
{
    /// <summary>From the latencies in ticks of <see cref="Stopwatch"/>.</summary>
    public static LoadResult Of(IEnumerable<long> latencies, TimeSpan elapsed)
    {
        var sorted = latencies.ToArray();
        Array.Sort(sorted);
        return sorted.Length == 0
            ? throw new InvalidOperationException("Nothing was completed; the figures would be empty.")
            : new LoadResult(sorted.Length / elapsed.TotalSeconds, At(sorted, 0.5), At(sorted, 0.99), sorted.Length);
    }

    /// <summary>The median of each figure.</summary>
    public static LoadResult Median(IReadOnlyList<LoadResult> results) =>
        new(
            Report.Median(results.Select(result => result.PerSecond)),
            Report.Median(results.Select(result => result.P50)),
            Report.Median(results.Select(result => result.P99)),
            results.Sum(result => result.Completed));

    private static double At(long[] sorted, double part) => Stopwatch.GetElapsedTime(0, sorted[(int)((sorted.Length - 1) * part)]).TotalMilliseconds;
}
