using System.Diagnostics;
using Conformance;

// Replays the recordings of the real daprd against the embedded sidecar. Used by `make conformance`.
//   Conformance [FOLDER] [--only TEXT] [--lanes N]
// A whole run over the repository's own recordings also writes its result into docs/compatibility.md.
// Prints each difference, then `passed / total` per area and in all; exit 0 when all passed. Scenarios run side by side in lanes, each lane
// with stores of its own; those that depend on the clock run after the others, a few at a time.
var recordings = Path.Combine(Testing.TestServers.RepositoryRoot, "tests", "Conformance", "golden");
var folder = recordings;
var only = "";
var lanes = 12;
for (var i = 0; i < args.Length; i++)
{
    switch (args[i])
    {
        case "--only":
            only = args[++i];
            break;
        case "--lanes":
            lanes = int.Parse(args[++i], null);
            break;
        default:
            folder = args[i];
            break;
    }
}

var clock = Stopwatch.StartNew();
var scenarios = Scenario.Load(folder).Where(scenario => scenario.Id.Contains(only, StringComparison.Ordinal)).ToArray();
var results = await Replay.RunAsync(scenarios, lanes);
foreach (var (scenario, differences, purposes) in results)
{
    foreach (var purpose in purposes)
    {
        Console.WriteLine($"{scenario.Id}: differs on purpose ({purpose})");
    }

    if (differences.Count == 0)
    {
        continue;
    }

    Console.WriteLine($"{scenario.Id}: {scenario.Title}");
    foreach (var difference in differences.Take(8))
    {
        Console.WriteLine($"    {difference}");
    }
}

Console.WriteLine();
foreach (var area in results.GroupBy(result => result.Scenario.Area).OrderBy(group => group.Key, StringComparer.Ordinal))
{
    Console.WriteLine($"{area.Key,-15} {area.Count(result => result.Differences.Count == 0),4} / {area.Count()}");
}

Console.WriteLine($"{"all",-15} {results.Count(result => result.Differences.Count == 0),4} / {results.Count}   ({clock.Elapsed.TotalSeconds:F0} s)");
if (only.Length == 0 && folder == recordings)
{
    CompatibilityPage.Update(results);
}

return results.All(result => result.Differences.Count == 0) ? 0 : 1;
