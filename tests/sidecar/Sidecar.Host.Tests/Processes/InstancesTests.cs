using System.Diagnostics;

namespace Sidecar.Host.Tests.Processes;

[Trait("Speed", "Slow")]
public sealed class InstancesTests
{
    [Fact]
    public async Task Run_AppWithTwoInstances_BalancesRestartsInTurnAndSurvivesTheDeathOfOne()
    {
        await using var host = await new HostProcess().With("alpha").With("beta", instances: 2).Start().ReadyAsync();
        var first = await host.AppAsync("beta");
        var second = await host.AppAsync("beta.2");

        first.AppPort.Should().Be(host.Ports["beta"].App);
        second.Should().BeEquivalentTo(new { AppId = "beta", Instance = 2, State = "running", AppAvailable = true, SidecarReady = true });
        new[] { second.AppPort, second.DaprHttpPort, second.DaprGrpcPort, second.MetricsPort }.Should().OnlyHaveUniqueItems().And.NotContain(first.AppPort).And.OnlyContain(port => port > 0);
        (await WhoAsync(host, 10)).Should().BeEquivalentTo(new Dictionary<string, int> { [$"{first.AppPort}"] = 5, [$"{second.AppPort}"] = 5 });
        (await host.CommandAsync("logs", "beta.2", "--lines", "1")).Output.Should().Be("listens");

        await RestartUnderCallsAsync(host);
        (await host.AppAsync("beta.2")).Pid.Should().NotBe(second.Pid);

        (await host.CommandAsync("stop-app", "beta.1")).ExitCode.Should().Be(0);
        (await WhoAsync(host, 6)).Should().BeEquivalentTo(new Dictionary<string, int> { [$"{second.AppPort}"] = 6 });
        (await host.AppAsync("beta")).Should().BeEquivalentTo(new { State = "stopped", AppAvailable = false });
        (await host.CommandAsync("start-app", "beta")).ExitCode.Should().Be(0);
        await Eventually.TrueAsync(async () => (await host.AppAsync("beta")).AppAvailable, "the first one is back");

        Process.GetProcessById((await host.AppAsync("beta.2")).Pid!.Value).Kill();
        await Eventually.TrueAsync(() => host.Output.Contains("beta.2 was ended by signal 9; started again"), "it is said");
        (await WhoAsync(host, 4)).Should().ContainKey($"{first.AppPort}");
    }

    /// <summary>A restart goes from instance to instance: no call fails meanwhile.</summary>
    private static async Task RestartUnderCallsAsync(HostProcess host)
    {
        var restart = host.CommandAsync("restart", "beta");
        while (!restart.IsCompleted)
        {
            (await WhoAsync(host, 1)).Should().HaveCount(1);
        }

        (await restart).Should().Be((0, "beta: restart done"));
    }

    private static async Task<Dictionary<string, int>> WhoAsync(HostProcess host, int times)
    {
        var answers = new List<string>();
        for (var i = 0; i < times; i++)
        {
            answers.Add(await host.InvokeAsync("alpha", "beta", "who"));
        }

        return answers.CountBy(answer => answer).ToDictionary();
    }
}
