using Benchmarks.Roles;

namespace Benchmarks.Suites;

/// <summary>Workflows of five activities on PostgreSQL through the SDK's client and worker, beside what the machine can do at most in the same run.</summary>
internal sealed class WorkflowSuite : IBenchmarkSuite
{
    // What one chained workflow needs: the start and each of its six turns are durable before they show (an activity's result goes with the turn
    // it leads to); start, wait and read of the client, and answers to six turns and five activities.
    private const double Commits = 7;
    private const double Calls = 14;

    public string Name => "workflow";

    public async Task RunAsync(BenchmarkOptions options, Report report)
    {
        await using var stage = await WorkflowStage.StartAsync();
        var commits = await DatabaseLimits.MeasureAsync(stage.ConnectionString, options, report);
        var calls = await GrpcLimit.MeasureAsync(options, report);
        await stage.WarmUpAsync();
        var chained = await stage.MeasureAsync(options, report, WorkerRole.Chained, 100);
        report.AtLeast("  workflows/s, chained", chained.PerSecond, 800);
        report.Figure("  their commits to commits one by one", chained.PerSecond * Commits / commits, "");
        report.Figure("  their calls to bare gRPC calls", chained.PerSecond * Calls / calls, "");
        report.AtMost("  p50 at 30 in flight, ms", (await stage.MeasureAsync(options, report, WorkerRole.Chained, 30)).P50, 40);
        report.AtMost("  p50 at 1 in flight, ms", (await stage.MeasureAsync(options, report, WorkerRole.Chained, 1)).P50, 6);
        report.AtLeast("  workflows/s, parallel", (await stage.MeasureAsync(options, report, WorkerRole.Parallel, 100)).PerSecond, 800);
        var again = await stage.MeasureAsync(options, report, WorkerRole.Chained, 100);
        report.AtLeast("  workflows/s again, to the first figure", again.PerSecond / chained.PerSecond, 0.9);
        report.Figure("resident, sidecars", stage.Sidecars.ResidentMegabytes, "MiB");
    }
}
