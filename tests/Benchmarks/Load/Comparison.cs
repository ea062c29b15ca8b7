namespace Benchmarks.Load;

/// <summary>
/// Several targets measured in turns, so that a drift of the machine meets them alike. Figures are medians over the rounds; a ratio is the median of
/// the ratios within a round, which a machine that changes its pace between rounds does not move.
/// </summary>
internal sealed class Comparison
{
    private const int MostWarmUps = 8;
    private const int LeastWarmUps = 2;
    private const double StillFaster = 1.03;
    private static readonly TimeSpan WarmUp = TimeSpan.FromSeconds(1);
    private readonly IReadOnlyList<List<LoadResult>> _rounds;

    private Comparison(IReadOnlyList<List<LoadResult>> rounds) => _rounds = rounds;

    /// <summary>The figures of a target.</summary>
    public LoadResult this[int target] => LoadResult.Median(_rounds[target]);

    /// <summary>Measures the targets, each warmed up until it gets no faster: the compiler needs longer on a busy machine, and would be measured with the rest.</summary>
    public static async Task<Comparison> RunAsync(BenchmarkOptions options, int connections, params IReadOnlyList<Func<int, TimeSpan, Task<LoadResult>>> targets)
    {
        foreach (var target in targets)
        {
            await WarmUpAsync(target, connections);
        }

        var rounds = targets.Select(_ => new List<LoadResult>()).ToList();
        for (var run = 0; run < options.Runs; run++)
        {
            for (var i = 0; i < targets.Count; i++)
            {
                rounds[i].Add(await targets[i](connections, options.Duration));
            }
        }

        return new Comparison(rounds);
    }

    /// <summary>How a figure of one target compares with that of another.</summary>
    public double Ratio(int target, int other, Func<LoadResult, double> figure) =>
        Report.Median(_rounds[target].Zip(_rounds[other], (one, two) => figure(one) / figure(two)));

    private static async Task WarmUpAsync(Func<int, TimeSpan, Task<LoadResult>> target, int connections)
    {
        var best = 0.0;
        for (var round = 1; round <= MostWarmUps; round++)
        {
            var reached = (await target(connections, WarmUp)).PerSecond;
            if (round >= LeastWarmUps && reached < best * StillFaster)
            {
                return;
            }

            best = Math.Max(best, reached);
        }
    }
}
