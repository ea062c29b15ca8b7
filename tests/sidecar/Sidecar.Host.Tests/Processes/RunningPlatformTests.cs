using System.Diagnostics;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text;

namespace Sidecar.Host.Tests.Processes;

[Trait("Speed", "Slow")]
public sealed class RunningPlatformTests(RunningPlatform platform) : IClassFixture<RunningPlatform>
{
    private readonly HostProcess _host = platform.Host;

    [Fact]
    public async Task Status_RunningApps_ShowsProcessesPortsAndComponents()
    {
        var status = await _host.StatusAsync();

        status.Pid.Should().Be(_host.Process.Id);
        status.Ready.Should().BeTrue();
        var alpha = status.Apps.Single(app => app.AppId == "alpha");
        alpha.Should().BeEquivalentTo(new { State = "running", SidecarReady = true, AppPort = _host.Ports["alpha"].App, DaprHttpPort = _host.Ports["alpha"].Http, DaprGrpcPort = _host.Ports["alpha"].Grpc });
        alpha.Pid.Should().BePositive();
        alpha.Components.Should().ContainSingle(component => component.Name == "secrets" && component.Type == "secretstores.local.env");
        (await _host.CommandAsync("status")).Output.Should().MatchRegex("alpha +running");
    }

    [Fact]
    public async Task Status_WorkflowThatNobodyRuns_NamesWhatItWaitsFor()
    {
        await StartWorkflowAsync("alpha", "nobodys");

        await Eventually.TrueAsync(
            async () => (await _host.CommandAsync("status")).Output.Contains("alpha: 1 workflow instances wait for a worker: none of app 'alpha' is connected"),
            "it has waited for ten seconds",
            TimeSpan.FromSeconds(30));
    }

    // A gRPC call by hand: instance id (field 1) and workflow (field 2). Nobody runs it, so the call ends at its deadline.
    private async Task StartWorkflowAsync(string appId, string id)
    {
        byte[] message = [0x0a, (byte)id.Length, .. Encoding.ASCII.GetBytes(id), 0x12, 1, (byte)'W'];
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri($"http://127.0.0.1:{_host.Ports[appId].Grpc}/TaskHubSidecarService/StartInstance"))
        {
            Version = HttpVersion.Version20,
            VersionPolicy = HttpVersionPolicy.RequestVersionExact,
            Content = new ByteArrayContent([0, 0, 0, 0, (byte)message.Length, .. message]),
        };
        request.Headers.TryAddWithoutValidation("grpc-timeout", "500m");
        request.Headers.TryAddWithoutValidation("te", "trailers");
        request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/grpc");
        using var client = new HttpClient();
        using var answer = await client.SendAsync(request);
        answer.StatusCode.Should().Be(HttpStatusCode.OK);
    }

    [Fact]
    public async Task Apps_Environment_IsDaprs()
    {
        using var client = new HttpClient();

        var environment = (await client.GetFromJsonAsync<Dictionary<string, string>>(new Uri($"http://127.0.0.1:{_host.Ports["beta"].App}/environment")))!;

        environment.Should().Contain("APP_ID", "beta").And.Contain("APP_PROTOCOL", "http").And.Contain("INHERITED", "yes");
        environment["DAPR_HTTP_PORT"].Should().Be($"{_host.Ports["beta"].Http}");
        environment["DAPR_GRPC_PORT"].Should().Be($"{_host.Ports["beta"].Grpc}");
        environment["DAPR_METRICS_PORT"].Should().NotBe("0");
    }

    [Fact]
    public async Task Apps_ThroughTheirSidecars_ReachEachOther()
    {
        (await _host.InvokeAsync("alpha", "beta", "")).Should().Be("hello");
    }

    [Fact]
    public async Task Output_Lines_AreOnTheConsoleAndInTheLog()
    {
        _host.Output.Should().Contain("== APP - alpha == listens");
        (await _host.CommandAsync("logs", "alpha", "--lines", "1")).Output.Should().Be("listens");
        (await _host.CommandAsync("logs", "alpha", "--sidecar")).Output.Should().Contain("alpha");
        (await _host.CommandAsync("logs", "gamma")).ExitCode.Should().Be(1);
    }

    [Fact]
    public async Task Run_SameRunFolder_IsRefused()
    {
        var (code, output) = await _host.CommandAsync("run", "-f", "any.yaml");

        code.Should().Be(1);
        output.Should().Contain("a platform runs there already");
    }

    [Fact]
    public async Task Control_WithoutToken_IsRefused()
    {
        var file = Sidecar.Host.Control.HostFile.Read(_host.RunDirectory)!;
        using var client = new HttpClient();

        using var answer = await client.PostAsync(new Uri(file.ControlUrl, "stop"), null);

        ((int)answer.StatusCode).Should().Be(401);
        if (!OperatingSystem.IsWindows())
        {
            File.GetUnixFileMode(Path.Combine(_host.RunDirectory, "host.json")).Should().Be(UnixFileMode.UserRead | UnixFileMode.UserWrite);
        }
    }

    [Fact]
    public async Task StopAndStart_OneApp_LeavesTheOthers()
    {
        (await _host.CommandAsync("stop-app", "beta")).ExitCode.Should().Be(0);
        (await _host.AppAsync("beta")).Should().BeEquivalentTo(new { State = "stopped", Pid = (int?)null });
        _host.Listens("alpha").Should().BeTrue();

        (await _host.CommandAsync("start-app", "beta")).ExitCode.Should().Be(0);
        await Eventually.TrueAsync(() => _host.Listens("beta"), "beta is back");
        (await _host.CommandAsync("restart", "beta")).ExitCode.Should().Be(0);
        await Eventually.TrueAsync(() => _host.Listens("beta"), "beta is back again");
        (await _host.CommandAsync("restart", "gamma")).Output.Should().Contain("there is no app 'gamma'");
    }

    [Fact]
    public async Task Faults_SetAtTheControlPort_HitAreShownAndGoAway()
    {
        (await _host.CommandAsync("faults")).Output.Should().Be("no faults are injected");
        (await _host.CommandAsync("faults", "set", "lame", "app=gamma", "latency=soon")).Should().Be((1, "lame.latency: 'soon' is not a duration above 0 and up to 10m; write for example 250ms or 1.5s"));

        (await _host.CommandAsync("faults", "set", "teapot", "app=beta", "route=/tea", "error=418")).ExitCode.Should().Be(0);

        using var client = new HttpClient();
        using var answer = await client.GetAsync(new Uri($"http://127.0.0.1:{_host.Ports["alpha"].Http}/v1.0/invoke/beta/method/tea"));
        ((int)answer.StatusCode).Should().Be(418);
        (await _host.StatusAsync()).Faults.Should().ContainSingle().Which.Should().BeEquivalentTo(new { Name = "teapot", What = "beta: route /tea: error 418", Hits = 1 });
        (await _host.CommandAsync("status")).Output.Should().Contain("fault teapot: beta: route /tea: error 418, hit 1 times");
        (await _host.CommandAsync("faults", "remove", "kettle")).Should().Be((1, "there is no fault 'kettle'; the faults: teapot"));
        (await _host.CommandAsync("faults", "clear")).Output.Should().Be("no faults are injected");
    }

    [Fact]
    public async Task Crash_OfAnApp_IsSaidAndTheAppComesBack()
    {
        var before = await _host.AppAsync("alpha");

        Process.GetProcessById(before.Pid!.Value).Kill();

        await Eventually.TrueAsync(() => _host.Output.Contains("alpha was ended by signal 9; started again in 0.5 s"), "it is said");
        await Eventually.TrueAsync(async () => await _host.AppAsync("alpha") is { State: "running", SidecarReady: true } now && now.Pid != before.Pid && now.Restarts == before.Restarts + 1, "it is back");
        await Eventually.TrueAsync(() => _host.Listens("alpha"), "it listens");
    }

    [Fact]
    public async Task External_App_StartedWithTheWrittenEnvironment_IsSeen()
    {
        (await _host.AppAsync("outside")).Should().BeEquivalentTo(new { State = "external", Pid = (int?)null });
        (await _host.CommandAsync("restart", "outside")).ExitCode.Should().Be(1);
        var file = Path.Combine(_host.RunDirectory, "env", "outside.env");
        _host.Output.Should().Contain(file).And.NotContain("app-token");
        File.ReadAllText(file).Should().Contain("APP_API_TOKEN=app-token");
        var start = new ProcessStartInfo("dotnet", [HostProcess.TestApp]) { UseShellExecute = false, RedirectStandardOutput = true };
        foreach (var pair in File.ReadAllLines(file).Select(line => line.Split('=', 2)))
        {
            start.Environment[pair[0]] = pair[1];
        }

        using var app = Process.Start(start)!;

        await Eventually.TrueAsync(async () => (await _host.AppAsync("outside")).SidecarReady, "its sidecar is ready", TimeSpan.FromSeconds(30));
        (await _host.InvokeAsync("alpha", "outside", "")).Should().Be("hello");
        app.Kill();
    }
}
