using Benchmarks.Load;
using Benchmarks.Roles;

namespace Benchmarks.Suites;

/// <summary>A call from app to app: direct, through a bare forwarder, and through two sidecars with resiliency, tracing and metrics on.</summary>
internal sealed class InvocationSuite : IBenchmarkSuite
{
    private const int LargeBody = 1_000_000;
    private static readonly string Body = "{\"text\":\"" + new string('x', 1000) + "\"}";

    public string Name => "invocation";

    public async Task RunAsync(BenchmarkOptions options, Report report)
    {
        await using var app = await RoleProcess.StartAsync("app");
        await using var resources = new ResourceFolder();
        await using var forwarder = await RoleProcess.StartAsync("forwarder", $"{app.Ports[0]}");
        await using var sidecars = await RoleProcess.StartAsync(SidecarsRole.Name, resources.Path, $"{app.Ports[0]}");
        foreach (var connections in (int[])[1, 16, 64])
        {
            await MeasureAsync(options, report, connections, app, forwarder, sidecars, "GET", "/hello", null);
        }

        await MeasureAsync(options, report, 16, app, forwarder, sidecars, "POST", "/echo", Body);
        await MeasureBodiesAsync(options, report, forwarder, sidecars);
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
        report.AtLeast("  req/s to the bare forwarder's", results.Ratio(2, 1, result => result.PerSecond), 0.85);
        report.AtMost("  p50 to the bare forwarder's", results.Ratio(2, 1, result => result.P50), 1.6);
    }

    // A longer body must cost no more memory than it costs Kestrel and HttpClient alone, even when it is kept for a repetition.
    private static async Task MeasureBodiesAsync(BenchmarkOptions options, Report report, RoleProcess forwarder, RoleProcess sidecars)
    {
        var bare = await AllocatedByByteAsync(options, forwarder, "/echo");
        var invoked = await AllocatedByByteAsync(options, sidecars, "/v1.0/invoke/callee/method/echo");
        report.Figure("bare forwarder, allocated for a byte more of body", bare, "B");
        report.Figure("two sidecars, allocated for a byte more of body", invoked, "B");
        report.AtMost("  beyond the bare forwarder's", Math.Max(0, invoked - bare), 0.2);
    }

    private static async Task<double> AllocatedByByteAsync(BenchmarkOptions options, RoleProcess role, string target)
    {
        var allocated = new List<double>();
        foreach (var length in (int[])[1_000, LargeBody])
        {
            var cost = new RequestCost(role);
            var echo = new HttpLoad(role.Ports[0], "POST", target, new string('x', length));
            await echo.RunAsync(4, options.Duration);
            await cost.MeasureAsync(() => echo.RunAsync(4, options.Duration));
            allocated.Add(cost.Bytes);
        }

        return (allocated[1] - allocated[0]) / LargeBody;
    }

    private static void Print(Report report, string name, LoadResult result, string remark) =>
        report.Figure(name, result.PerSecond, "req/s", $"p50 {result.P50:0.000} ms, p99 {result.P99:0.00} ms {remark}");
}
