using Benchmarks.Load;
using Benchmarks.Roles;

namespace Benchmarks.Suites;

/// <summary>A call from app to app: direct, through a bare forwarder, and through two sidecars with resiliency, tracing and metrics on.</summary>
internal sealed class InvocationSuite : IBenchmarkSuite
{
    private static readonly string Body = "{\"text\":\"" + new string('x', 1000) + "\"}";

    public string Name => "invocation";

    public async Task RunAsync(BenchmarkOptions options, Report report)
    {
        await using var app = await RoleProcess.StartAsync("app");
        using var resources = new ResourceFolder(app.Ports[0]);
        await using var forwarder = await RoleProcess.StartAsync("forwarder", $"{app.Ports[0]}");
        await using var sidecars = await RoleProcess.StartAsync(SidecarsRole.Name, resources.Path, $"{app.Ports[0]}");
        foreach (var connections in (int[])[1, 16, 64])
        {
            await MeasureAsync(options, report, connections, app, forwarder, sidecars, "GET", "/hello", null);
        }

        await MeasureAsync(options, report, 16, app, forwarder, sidecars, "POST", "/echo", Body);
        report.Figure("resident, two sidecars in one process", sidecars.ResidentMegabytes, "MiB");
    }

    private static async Task MeasureAsync(BenchmarkOptions options, Report report, int connections, RoleProcess app, RoleProcess forwarder, RoleProcess sidecars, string method, string path, string? body)
    {
        var forwarderCost = new RequestCost(forwarder);
        var sidecarCost = new RequestCost(sidecars);
        var direct = new HttpLoad(app.Ports[0], method, path, body);
        var bare = new HttpLoad(forwarder.Ports[0], method, path, body);
        var invoked = new HttpLoad(sidecars.Ports[0], method, "/v1.0/invoke/callee/method" + path, body);
        var results = await Comparison.RunAsync(
            options,
            connections,
            direct.RunAsync,
            (count, time) => forwarderCost.MeasureAsync(() => bare.RunAsync(count, time)),
            (count, time) => sidecarCost.MeasureAsync(() => invoked.RunAsync(count, time)));
        var what = $"{method} {path[1..]}, {connections} conn.";
        Print(report, $"direct, {what}", results[0], "");
        Print(report, $"bare forwarder, {what}", results[1], $"{forwarderCost}");
        Print(report, $"two sidecars, {what}", results[2], $"{sidecarCost}");
        report.AtLeast("  req/s to the bare forwarder's", results[2].PerSecond / results[1].PerSecond, 0.85);
        report.AtMost("  p50 to the bare forwarder's", results[2].P50 / results[1].P50, 1.6);
    }

    private static void Print(Report report, string name, LoadResult result, string remark) =>
        report.Figure(name, result.PerSecond, "req/s", $"p50 {result.P50:0.000} ms, p99 {result.P99:0.00} ms {remark}");
}
