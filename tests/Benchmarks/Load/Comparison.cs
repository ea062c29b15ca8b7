namespace Benchmarks.Load;

/// <summary>
/// Measures several targets in turns, so that a drift of the machine meets them alike; the median of the rounds counts.
/// </summary>
internal static class Comparison
{
    private static readonly TimeSpan WarmUp = TimeSpan.FromSeconds(1.5);

    public static async Task<IReadOnlyList<LoadResult>> RunAsync(BenchmarkOptions options, int connections, params IReadOnlyList<Func<int, TimeSpan, Task<LoadResult>>> targets)
    {
        var results = targets.Select(_ => new List<LoadResult>()).ToList();
        foreach (var target in targets)
        {
            await target(connections, WarmUp);
        }

        for (var run = 0; run < options.Runs; run++)
        {
            for (var i = 0; i < targets.Count; i++)
            {
                results[i].Add(await targets[i](connections, options.Duration));
            }
        }

        return [.. results.Select(LoadResult.Median)];
    }
}
