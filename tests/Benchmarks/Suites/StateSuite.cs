using Benchmarks.Load;
using Benchmarks.Roles;

namespace Benchmarks.Suites;

/// <summary>Reading and writing one state entry, in memory and on Redis, beside a direct call to an app.</summary>
internal sealed class StateSuite : IBenchmarkSuite
{
    private const int Connections = 16;
    private static readonly string Entry = "[{\"key\":\"bench\",\"value\":{\"text\":\"" + new string('x', 100) + "\"}}]";

    public string Name => "state";

    public async Task RunAsync(BenchmarkOptions options, Report report)
    {
        await using var app = await RoleProcess.StartAsync("app");
        await using var resources = new ResourceFolder(ResourceFolder.Component("memory", "state.in-memory"), ResourceFolder.Redis("redis", "state.redis"));
        await using var sidecars = await RoleProcess.StartAsync(SidecarsRole.Name, resources.Path, $"{app.Ports[0]}");
        var direct = new HttpLoad(app.Ports[0], "GET", "/hello");
        HttpLoad[] writes = [.. ((string[])["memory", "redis"]).Select(store => new HttpLoad(sidecars.Ports[0], "POST", "/v1.0/state/" + store, Entry))];
        HttpLoad[] reads = [.. ((string[])["memory", "redis"]).Select(store => new HttpLoad(sidecars.Ports[0], "GET", $"/v1.0/state/{store}/bench"))];
        RequestCost[] costs = [.. Enumerable.Range(0, 4).Select(_ => new RequestCost(sidecars))];
        var results = await Comparison.RunAsync(
            options,
            Connections,
            direct.RunAsync,
            (count, time) => costs[0].MeasureAsync(() => writes[0].RunAsync(count, time)),
            (count, time) => costs[1].MeasureAsync(() => writes[1].RunAsync(count, time)),
            (count, time) => costs[2].MeasureAsync(() => reads[0].RunAsync(count, time)),
            (count, time) => costs[3].MeasureAsync(() => reads[1].RunAsync(count, time)));
        report.Figure($"direct call, {Connections} conn.", results[0].PerSecond, "req/s");
        foreach (var (name, index) in (ReadOnlySpan<(string, int)>)[("save, in memory", 1), ("save, Redis", 2), ("get, in memory", 3), ("get, Redis", 4)])
        {
            report.Figure($"{name}, {Connections} conn.", results[index].PerSecond, "req/s", $"p50 {results[index].P50:0.000} ms {costs[index - 1]}");
        }

        report.AtLeast("  get in memory to the direct call", results.Ratio(3, 0, result => result.PerSecond), 0.6);
        report.AtLeast("  get on Redis to the direct call", results.Ratio(4, 0, result => result.PerSecond), 0.4);
    }
}
