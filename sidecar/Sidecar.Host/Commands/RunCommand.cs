using System.Diagnostics;
using Sidecar.Host.Apps;
using Sidecar.Host.Control;
using Sidecar.Host.RunFiles;
using Sidecar.Host.Runs;

namespace Sidecar.Host.Commands;

/// <summary><c>run</c>: check, start, wait, stop.</summary>
internal static class RunCommand
{
    public static async Task<int> ExecuteAsync(RunOptions options, HostContext context, StopSignals signals)
    {
        var started = context.Time.GetTimestamp();
        using var held = RunLock.TryTake(options.RunDirectory);
        if (held is null)
        {
            context.Console.Error($"error: {options.RunDirectory}: a platform runs there already; stop it (Sidecar.Host stop) or give this one another --run-dir");
            return ExitCodes.Failure;
        }

        foreach (var left in new PidFiles(Path.Combine(options.RunDirectory, "pids")).Reclaim())
        {
            context.Console.Line($"ended {left}, left over from a run that was killed");
        }

        var result = await RunValidation.CheckAsync(options, context, ports: true, signals.Stop);
        CheckCommand.Report(result, context);
        return result.File is { } file ? await RunAsync(Ports.Assign(file), options, context, signals, started) : ExitCodes.Failure;
    }

    private static async Task<int> RunAsync(RunFile file, RunOptions options, HostContext context, StopSignals signals, long started)
    {
        await using var run = new PlatformRun(file, options, context);
        await using var registration = signals.Stop.Register(run.RequestStop);
        var startedAt = context.Time.GetUtcNow();
        await using var control = new ControlServer(run, context, startedAt);
        try
        {
            var address = await control.StartAsync(CancellationToken.None);
            new HostFile(Environment.ProcessId, address, control.Token, file.Path, startedAt).Write(options.RunDirectory);
            FaultsCommand.Show(FaultEndpoints.Status(run.Faults), context);
            var ready = await StartAsync(run, options, context);
            if (ready)
            {
                control.Ready = true;
                Announce(run, options, context, context.Time.GetElapsedTime(started));
                await run.StopRequested;
            }

            var orderly = await StopAsync(run, context, signals);
            var failed = run.Apps.Any(app => app.Process.State == AppState.Failed);
            return (ready || signals.Stop.IsCancellationRequested || run.StopRequested.IsCompletedSuccessfully) && orderly && !failed ? ExitCodes.Success : ExitCodes.Failure;
        }
        finally
        {
            HostFile.Remove(options.RunDirectory);
        }
    }

    private static async Task<bool> StartAsync(PlatformRun run, RunOptions options, HostContext context)
    {
        using var giveUp = new CancellationTokenSource();
        _ = run.StopRequested.ContinueWith(_ => giveUp.Cancel(), CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
        try
        {
            var errors = await run.StartSidecarsAsync(giveUp.Token);
            if (errors.Count > 0)
            {
                return Fail(context, errors.Select(error => $"error: {error}"));
            }

            foreach (var external in run.Apps.Where(app => app.Process.State == AppState.External))
            {
                ExternalApp.Describe(external.App, options.RunDirectory, context.Environment).ToList().ForEach(context.Console.Line);
            }

            var failure = await run.StartAppsAsync(giveUp.Token);
            return failure is null ? !giveUp.IsCancellationRequested : Fail(context, [$"error: {failure}"]);
        }
        catch (OperationCanceledException) when (giveUp.IsCancellationRequested)
        {
            return false;
        }
    }

    private static bool Fail(HostContext context, IEnumerable<string> errors)
    {
        foreach (var error in errors)
        {
            context.Console.Error(error);
        }

        return false;
    }

    private static void Announce(PlatformRun run, RunOptions options, HostContext context, TimeSpan elapsed)
    {
        context.Console.Line($"ready in {elapsed.TotalSeconds:0.0} s");
        var gateway = run.Find("gateway") is [var first, ..] ? first.App : run.Apps.Select(app => app.App).LastOrDefault(app => app.AppPort > 0);
        if (gateway is not null)
        {
            context.Console.Line($"  {gateway.AppId,-9} http://localhost:{gateway.AppPort}");
        }

        context.Console.Line($"  logs      {Path.Combine(options.RunDirectory, "logs")}");
        context.Console.Line("  stop      Ctrl-C, or Sidecar.Host stop");
    }

    private static async Task<bool> StopAsync(PlatformRun run, HostContext context, StopSignals signals)
    {
        context.Console.Line("stopping");
        var clock = Stopwatch.StartNew();
        var orderly = await run.StopAsync(signals.Now);
        context.Console.Line($"stopped in {clock.Elapsed.TotalSeconds:0.0} s");
        return orderly;
    }
}
