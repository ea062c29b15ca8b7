using System.Diagnostics;
using System.Globalization;
using Benchmarks.Load;
using Benchmarks.Roles;

namespace Benchmarks.Suites;

/// <summary>Publishing to Redis streams, and the rate at which events reach the subscriber while they are published.</summary>
internal sealed class PubSubSuite : IBenchmarkSuite
{
    private const int Connections = 16;
    private const string Event = """{"orderId":"0191d5a2-7a63-7c3e-a1c5-53f5a5b1f2aa","total":"12.50"}""";

    public string Name => "pubsub";

    public async Task RunAsync(BenchmarkOptions options, Report report)
    {
        await using var app = await RoleProcess.StartAsync("app");
        await using var resources = new ResourceFolder(ResourceFolder.Redis("pubsub", "pubsub.redis"));
        await using var sidecars = await RoleProcess.StartAsync(SidecarsRole.Name, resources.Path, $"{app.Ports[0]}");
        var direct = new HttpLoad(app.Ports[0], "POST", "/echo", Event);
        var publish = new HttpLoad(sidecars.Ports[0], "POST", "/v1.0/publish/pubsub/nobody", Event);
        var cost = new RequestCost(sidecars);
        var results = await Comparison.RunAsync(
            options, Connections, direct.RunAsync, (count, time) => cost.MeasureAsync(() => publish.RunAsync(count, time)));
        report.Figure($"direct call, {Connections} conn.", results[0].PerSecond, "req/s");
        report.Figure($"publish, {Connections} conn.", results[1].PerSecond, "msg/s", $"p50 {results[1].P50:0.000} ms {cost}");
        report.AtLeast("  publish to the direct call", results.Ratio(1, 0, result => result.PerSecond), 0.4);
        await DeliverAsync(options, report, app.Ports[0], sidecars);
    }

    // The backlog that publishing leaves is part of the measurement: it ends with the last delivery.
    private static async Task DeliverAsync(BenchmarkOptions options, Report report, int appPort, RoleProcess sidecars)
    {
        using var client = new HttpClient();
        var publish = new HttpLoad(sidecars.Ports[0], "POST", "/v1.0/publish/pubsub/" + AppRole.Topic, Event);
        var delivered = 0L;
        var rates = new List<double>();
        for (var run = 0; run < options.Runs; run++)
        {
            var started = Stopwatch.GetTimestamp();
            var expected = delivered + (long)(await publish.RunAsync(Connections, options.Duration)).Completed;
            var before = delivered;
            delivered = await CountAsync(client, appPort, expected);
            rates.Add((delivered - before) / Stopwatch.GetElapsedTime(started).TotalSeconds);
        }

        report.Figure("publish and deliver together, 16 conn.", Report.Median(rates), "msg/s");
    }

    private static async Task<long> CountAsync(HttpClient client, int appPort, long atLeast) =>
        long.Parse(await client.GetStringAsync(new Uri($"http://127.0.0.1:{appPort}/count?atLeast={atLeast}")), CultureInfo.InvariantCulture);
}
