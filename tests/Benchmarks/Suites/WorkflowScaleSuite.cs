using System.Diagnostics;
using Benchmarks.Load;
using Benchmarks.Roles;

namespace Benchmarks.Suites;

/// <summary>Many workflows at once: timers due together, instances that wait, instances that have ended, a crash with many under way. Takes minutes.</summary>
internal sealed class WorkflowScaleSuite : IBenchmarkSuite
{
    private const int Many = 100_000;
    private const int Crowd = 10_000;
    private static readonly TimeSpan Spread = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan LongestStart = TimeSpan.FromSeconds(30);

    public string Name => "workflow-scale";

    public bool IsLong => true;

    public async Task RunAsync(BenchmarkOptions options, Report report)
    {
        await using (var stage = await WorkflowStage.StartAsync())
        {
            await stage.WarmUpAsync();
            await TimersAsync(stage, report);
            await WaitingAsync(stage, options, report);
        }

        await using (var stage = await WorkflowStage.StartAsync())
        {
            await stage.WarmUpAsync();
            await FinishedAsync(stage, options, report);
        }

        await RestartAsync(report);
    }

    private static async Task TimersAsync(WorkflowStage stage, Report report)
    {
        var first = TimeProvider.System.GetUtcNow().UtcDateTime + LongestStart;
        var took = await stage.StartManyAsync(WorkerRole.Sleeper, Crowd, i => first + (Spread * i / Crowd));
        report.Figure($"{Crowd:N0} instances with a timer, started", Crowd / took.TotalSeconds, "/s");
        var last = await stage.EndedAsync(WorkerRole.Sleeper, Crowd);
        report.AtMost("  due in one second; until the last has ended, s", (last - first).TotalSeconds, 2);
    }

    private static async Task WaitingAsync(WorkflowStage stage, BenchmarkOptions options, Report report)
    {
        var alone = await stage.MeasureAsync(options, report, WorkerRole.Chained, 100);
        var before = stage.Sidecars.ResidentMegabytes;
        var took = await stage.StartManyAsync(WorkerRole.Waiter, Many, i => i);
        report.Figure($"{Many:N0} instances that wait for an event, started", Many / took.TotalSeconds, "/s");
        report.AtMost("  resident, grown by, MiB", stage.Sidecars.ResidentMegabytes - before, 200);
        await BesideAsync(stage, options, report, alone, "beside those that wait");
        report.AtMost("  resident, grown by, MiB", stage.Sidecars.ResidentMegabytes - before, 200);
    }

    private static async Task FinishedAsync(WorkflowStage stage, BenchmarkOptions options, Report report)
    {
        var alone = await stage.MeasureAsync(options, report, WorkerRole.Chained, 100);
        var took = await stage.StartManyAsync(WorkerRole.Quick, Many, i => i);
        report.Figure($"{Many:N0} instances without an activity, started", Many / took.TotalSeconds, "/s");
        await stage.EndedAsync(WorkerRole.Quick, Many);
        await BesideAsync(stage, options, report, alone, "beside those that ended");
    }

    private static async Task BesideAsync(WorkflowStage stage, BenchmarkOptions options, Report report, LoadResult alone, string what)
    {
        var beside = await stage.MeasureAsync(options, report, WorkerRole.Chained, 100, ", " + what);
        report.AtLeast($"  workflows/s {what}, to alone", beside.PerSecond / alone.PerSecond, 0.9);
    }

    // All hold an activity that the worker never ends; after the crash the new one ends it at once.
    private static async Task RestartAsync(Report report)
    {
        await using var stage = await WorkflowStage.StartAsync(WorkerRole.Closed);
        await stage.StartManyAsync(WorkerRole.Held, Crowd, i => i);
        stage.Kill();
        var began = TimeProvider.System.GetUtcNow().UtcDateTime;
        var started = Stopwatch.GetTimestamp();
        await stage.StartAppAsync(WorkerRole.Open);
        report.Figure($"start of sidecars and worker after a crash, {Crowd:N0} running", Stopwatch.GetElapsedTime(started).TotalSeconds, "s");
        report.AtMost("  from start of the processes until all went on and ended, s", (await stage.EndedAsync(WorkerRole.Held, Crowd) - began).TotalSeconds, 5);
    }
}
