using System.Diagnostics;
using System.Net.Sockets;

namespace Sidecar.Host.Tests.Processes;

[Trait("Speed", "Slow")]
public sealed class RunLifeTests
{
    [Fact]
    public async Task Stop_Command_EndsInOrderWithCodeZero()
    {
        await using var host = await new HostProcess().With("alpha").With("beta").Start().ReadyAsync();

        (await host.CommandAsync("stop")).Should().Be((0, "stopped"));

        (await host.ExitAsync()).Should().Be(0);
        host.Output.Should().Contain("== APP - alpha == drained").And.Contain("== APP - beta == drained").And.Contain("stopped in");
        host.Listens("alpha").Should().BeFalse();
        (await host.CommandAsync("status")).ExitCode.Should().Be(1);
        (await host.CommandAsync("stop")).ExitCode.Should().Be(0, "there is nothing to stop any more");
        File.Exists(Path.Combine(host.RunDirectory, "host.json")).Should().BeFalse();
    }

    [Fact]
    public async Task Sigterm_StubbornApp_IsKilledAndTheCodeIsOne()
    {
        await using var host = await new HostProcess().With("alpha").With("beta").Start(new() { ["beta"] = "stubborn" }, "--stop-timeout", "1").ReadyAsync();

        using var kill = Process.Start("kill", ["-TERM", $"{host.Process.Id}"]);

        (await host.ExitAsync()).Should().Be(1);
        host.Output.Should().Contain("beta did not stop within 1 s: killed").And.Contain("== APP - alpha == drained");
        host.Listens("beta").Should().BeFalse();
    }

    [Fact]
    public async Task Run_AppEndsAtStart_IsNamedWithItsLastLines()
    {
        await using var host = new HostProcess().With("alpha").With("beta").Start(new() { ["beta"] = "fail" });

        (await host.ExitAsync()).Should().Be(1);

        host.Output.Should().Contain("error: beta exited with code 7. Its last lines:").And.Contain("  the reason of the failure").And.NotContain("ready in");
        host.Listens("alpha").Should().BeFalse();
    }

    [Fact]
    public async Task Kill_OfTheHost_TakesTheAppsWithIt()
    {
        await using var host = await new HostProcess().With("alpha").With("beta").Start().ReadyAsync();

        host.Process.Kill(entireProcessTree: false);

        await host.ExitAsync();
        await Eventually.TrueAsync(() => !host.Listens("alpha") && !host.Listens("beta"), "the apps are gone");
        host.Start();
        await host.ReadyAsync();
    }

    [Fact]
    public async Task Run_PortInUse_NamesItAndStartsNothing()
    {
        await using var host = new HostProcess().With("alpha");
        using var listener = new TcpListener(System.Net.IPAddress.Loopback, host.Ports["alpha"].Http);
        listener.Start();

        (await host.Start().ExitAsync()).Should().Be(1);

        host.Output.Should().Contain($"apps[0].daprHTTPPort: port {host.Ports["alpha"].Http} (alpha) is in use").And.NotContain("begins");
    }
}
