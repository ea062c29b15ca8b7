using System.Collections.Concurrent;

namespace Conformance;

/// <summary>Replays many scenarios; the results come in the scenarios' order.</summary>
internal static class Replay
{
    // Most of them sleep most of the time; so few keep a machine of two processors idle enough for the clock to be right.
    private const int TimedLanes = 6;

    /// <summary>What a scenario differed in.</summary>
    /// <param name="Purposes">The names of the deviations on purpose that were met; they do not count.</param>
    internal sealed record Result(Scenario Scenario, IReadOnlyList<string> Differences, IReadOnlyList<string> Purposes);

    /// <summary>Replays them in lanes, the timed ones last.</summary>
    public static async Task<IReadOnlyList<Result>> RunAsync(IReadOnlyList<Scenario> scenarios, int lanes)
    {
        var results = new ConcurrentDictionary<string, Result>(StringComparer.Ordinal);
        var open = Enumerable.Range(0, Math.Clamp(lanes, 1, scenarios.Count + 1)).Select(_ => new Stores()).ToArray();
        try
        {
            await Task.WhenAll(open.Select(stores => stores.StartAsync()));

            // The long ones first, so that the last lane does not run alone for long.
            await RunAsync(scenarios.Where(scenario => !scenario.IsTimed).OrderByDescending(scenario => scenario.Waits), open, results);
            await RunAsync(scenarios.Where(scenario => scenario.IsTimed).OrderByDescending(scenario => scenario.Waits), open.Take(TimedLanes), results);
        }
        finally
        {
            await Task.WhenAll(open.Select(stores => stores.DisposeAsync().AsTask()));
        }

        return [.. scenarios.Select(scenario => results[scenario.Id])];
    }

    private static async Task RunAsync(IEnumerable<Scenario> scenarios, IEnumerable<Stores> lanes, ConcurrentDictionary<string, Result> results)
    {
        var queue = new ConcurrentQueue<Scenario>(scenarios);
        await Task.WhenAll(lanes.Select(stores => Task.Run(async () =>
        {
            while (queue.TryDequeue(out var scenario))
            {
                var all = await ScenarioRunner.RunAsync(scenario, stores);
                var purposes = all.Select(difference => OnPurpose.Of(scenario, difference)).ToList();
                results[scenario.Id] = new Result(scenario, [.. all.Where((_, i) => purposes[i] is null)], [.. purposes.OfType<string>().Distinct(StringComparer.Ordinal)]);
            }
        })));
    }
}
