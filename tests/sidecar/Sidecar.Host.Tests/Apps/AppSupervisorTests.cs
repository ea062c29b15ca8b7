using System.Diagnostics;
using Sidecar.Host.Apps;
using Sidecar.Host.Output;
using Sidecar.Host.RunFiles;

namespace Sidecar.Host.Tests.Apps;

public sealed class AppSupervisorTests : IDisposable
{
    private static readonly RestartPolicy Quick = new(TimeSpan.FromMilliseconds(10), TimeSpan.FromMilliseconds(20), 3, TimeSpan.FromMinutes(1));

    private readonly TemporaryFolder _folder = new();
    private readonly RecordingConsole _console = new();
    private readonly ChildWrapper _wrapper = ChildWrapper.Find(Environment.GetEnvironmentVariable("PATH"));
    private readonly ProcessLauncher _launcher;
    private readonly List<AppSupervisor> _supervisors = [];

    public AppSupervisorTests() => _launcher = new ProcessLauncher(_wrapper);

    public void Dispose()
    {
        _supervisors.ForEach(supervisor => supervisor.Dispose());
        _launcher.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public async Task Start_Process_HasTheEnvironmentOfDaprRun()
    {
        var app = App("env; sleep 60") with { AppPort = 5000, HttpPort = 3500, GrpcPort = 50001, MetricsPort = 9090, Environment = new Dictionary<string, string> { ["OWN"] = "1", ["APP_PROTOCOL"] = "mine" } };
        var supervisor = Supervise(app);

        await supervisor.StartAsync();

        await Eventually.TrueAsync(() => Lines(supervisor).Contains("OWN=1"), "the app printed its environment");
        Lines(supervisor).Should().Contain(["APP_ID=app", "APP_PORT=5000", "DAPR_HTTP_PORT=3500", "DAPR_GRPC_PORT=50001", "DAPR_METRICS_PORT=9090", "APP_CHANNEL_ADDRESS=127.0.0.1", "INHERITED=yes", "APP_PROTOCOL=mine"]);
        (await supervisor.StopAsync(TimeSpan.FromSeconds(10))).Should().BeTrue();
        supervisor.State.Should().Be(AppState.Stopped);
    }

    [Fact]
    public async Task End_BeforeReady_FailsWithTheReason()
    {
        var supervisor = Supervise(App("echo broken; exit 7"));

        await supervisor.StartAsync();

        (await supervisor.FailedBeforeReady).Should().Be("exited with code 7");
        supervisor.State.Should().Be(AppState.Failed);
        supervisor.Output.LastLines.Should().Contain("broken");
    }

    [Fact]
    public async Task End_UnknownProgram_FailsWithTheReason()
    {
        var supervisor = Supervise(App("") with { Command = ["no-such-program"] });

        await supervisor.StartAsync();

        await supervisor.FailedBeforeReady;
        supervisor.Output.LastLines.Should().Contain(line => line.Contains("no-such-program"));
    }

    [Fact]
    public async Task Crash_AfterReady_IsStartedAgain()
    {
        var supervisor = Supervise(App("sleep 60"));
        await supervisor.StartAsync();
        await Eventually.TrueAsync(() => supervisor.ProcessId is not null, "the app runs");
        supervisor.MarkReady();
        var first = supervisor.ProcessId!.Value;

        Process.GetProcessById(first).Kill();

        await Eventually.TrueAsync(() => supervisor.ProcessId is { } now && now != first, "it runs again");
        supervisor.Restarts.Should().Be(1);
        _console.Text.Should().Contain("app was ended by signal 9; started again in");
        await supervisor.StopAsync(TimeSpan.FromSeconds(10));
    }

    [Fact]
    public async Task Crash_AgainAndAgain_GivesUpWithTheLastLines()
    {
        var supervisor = Supervise(App("test -e ready || { touch ready; sleep 60; }; echo still broken; exit 3"));
        await supervisor.StartAsync();
        await Eventually.TrueAsync(() => File.Exists(Path.Combine(_folder.Path, "ready")), "the app runs");
        supervisor.MarkReady();

        Process.GetProcessById(supervisor.ProcessId!.Value).Kill(entireProcessTree: true);

        await Eventually.TrueAsync(() => supervisor.State == AppState.Failed, "it is given up");
        supervisor.Restarts.Should().Be(3);
        _console.Text.Should().Contain("is not started again").And.Contain("still broken");
    }

    [Fact]
    public async Task Stop_ProcessIgnoresTheSignal_IsKilledWithItsChildren()
    {
        var supervisor = Supervise(App("trap '' TERM; sleep 61 & echo child $!; while :; do wait; done"));
        await supervisor.StartAsync();
        await Eventually.TrueAsync(() => supervisor.Output.LastLines.Any(line => line.StartsWith("child")), "the app has a child");
        var child = int.Parse(supervisor.Output.LastLines.First(line => line.StartsWith("child")).Split(' ')[1]);

        var orderly = await supervisor.StopAsync(TimeSpan.FromMilliseconds(200));

        orderly.Should().BeFalse();
        supervisor.State.Should().Be(AppState.Stopped);
        _console.Text.Should().Contain("did not stop within");
        await Eventually.TrueAsync(() => !Running(child), "its child is gone too");
    }

    [Fact]
    public async Task Restart_RunningProcess_IsAnotherOneAndNoCrash()
    {
        var supervisor = Supervise(App("sleep 60"));
        await supervisor.StartAsync();
        await Eventually.TrueAsync(() => supervisor.ProcessId is not null, "the app runs");
        supervisor.MarkReady();
        var first = supervisor.ProcessId;

        await supervisor.RestartAsync(TimeSpan.FromSeconds(10));

        await Eventually.TrueAsync(() => supervisor.ProcessId is { } now && now != first, "it runs again");
        supervisor.Restarts.Should().Be(0);
        await supervisor.StopAsync(TimeSpan.FromSeconds(10));
    }

    [Fact]
    public async Task Start_ExternalApp_StartsNothing()
    {
        var supervisor = Supervise(App("sleep 60"), external: true);

        await supervisor.StartAsync();

        supervisor.State.Should().Be(AppState.External);
        supervisor.ProcessId.Should().BeNull();
    }

    [Fact]
    public async Task Reclaim_ProcessOfAnEarlierRun_IsEnded()
    {
        using var left = Process.Start("sleep", "60");
        var pids = new PidFiles(Path.Combine(_folder.Path, "pids"));
        pids.Write("orders", left);

        new PidFiles(Path.Combine(_folder.Path, "pids")).Reclaim().Should().Equal($"orders (process {left.Id})");

        await left.WaitForExitAsync();
        pids.Reclaim().Should().BeEmpty("the file is gone");
    }

    [Fact]
    public void Reclaim_IdBelongsToSomebodyElseNow_IsLeftAlone()
    {
        using var other = Process.Start("sleep", "60");
        _folder.Write("pids/orders.json", $$"""{"Id":{{other.Id}},"Started":"2020-01-01T00:00:00Z"}""");

        new PidFiles(Path.Combine(_folder.Path, "pids")).Reclaim().Should().BeEmpty();

        other.HasExited.Should().BeFalse();
        other.Kill();
    }

    [Theory]
    [InlineData(1, 500)]
    [InlineData(2, 1_000)]
    [InlineData(6, 15_000)]
    [InlineData(10, 15_000)]
    [InlineData(11, null)]
    public void Pause_CrashesInARow_GrowsAndEnds(int crashes, int? milliseconds)
    {
        RestartPolicy.Default.Pause(crashes)?.TotalMilliseconds.Should().Be(milliseconds);
        (RestartPolicy.Default.Pause(crashes) is null).Should().Be(milliseconds is null);
    }

    private static bool Running(int id)
    {
        var status = $"/proc/{id}/stat";
        return File.Exists(status) && !File.ReadAllText(status).Contains(") Z");
    }

    private AppDefinition App(string script) => new() { AppId = "app", Directory = _folder.Path, Place = "dapr.yaml:1: apps[0]", Command = ["sh", "-c", script] };

    private string[] Lines(AppSupervisor supervisor) => File.ReadAllLines(Path.Combine(_folder.Path, "logs", supervisor.App.AppId + ".log"));

    private AppSupervisor Supervise(AppDefinition app, bool external = false)
    {
        var output = new AppOutput(_console, "== APP - app ==", Path.Combine(_folder.Path, "logs", app.AppId + ".log"), LogDestination.File);
        var inherited = new Dictionary<string, string> { ["PATH"] = Environment.GetEnvironmentVariable("PATH")!, ["INHERITED"] = "yes" };
        var supervisor = new AppSupervisor(app, _launcher, _wrapper, new PidFiles(Path.Combine(_folder.Path, "pids")), output, _console, inherited, Quick, TimeProvider.System, external);
        _supervisors.Add(supervisor);
        return supervisor;
    }
}
