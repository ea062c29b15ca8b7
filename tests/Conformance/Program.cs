using Conformance;

// Replays the recordings of the real daprd against the embedded sidecar. Used by `make conformance`.
//   Conformance [FOLDER] [--only TEXT]   prints each difference, then `passed / total` per area and in all; exit 0 when all passed
var folder = args.FirstOrDefault(argument => !argument.StartsWith("--", StringComparison.Ordinal)) ?? Path.Combine(Testing.TestServers.RepositoryRoot, "tests", "Conformance", "golden");
var only = Array.IndexOf(args, "--only") is >= 0 and var at && at + 1 < args.Length ? args[at + 1] : "";
var scenarios = Scenario.Load(folder).Where(scenario => scenario.Id.Contains(only, StringComparison.Ordinal)).ToArray();

await using var stores = new Stores();
await stores.StartAsync();
var results = new List<(string Area, bool Passed)>();
foreach (var scenario in scenarios)
{
    await using var runner = new ScenarioRunner(scenario, stores);
    var differences = await runner.RunAsync();
    results.Add((scenario.Area, differences.Count == 0));
    if (differences.Count > 0)
    {
        Console.WriteLine($"{scenario.Id}: {scenario.Title}");
        foreach (var difference in differences.Take(8))
        {
            Console.WriteLine($"    {difference}");
        }
    }
}

Console.WriteLine();
foreach (var area in results.GroupBy(result => result.Area).OrderBy(group => group.Key, StringComparer.Ordinal))
{
    Console.WriteLine($"{area.Key,-15} {area.Count(result => result.Passed),4} / {area.Count()}");
}

Console.WriteLine($"{"all",-15} {results.Count(result => result.Passed),4} / {results.Count}");
return results.TrueForAll(result => result.Passed) ? 0 : 1;
