using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net;

namespace Sidecar.Host.Tests.Processes;

[Trait("Speed", "Slow")]
public sealed class DaprdProcessTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly ConcurrentQueue<string> _output = new();
    private readonly int _port = FreePort.Next();

    public DaprdProcessTests() => _folder.Write("resources/state.yaml", """
        apiVersion: dapr.io/v1alpha1
        kind: Component
        metadata: { name: state }
        spec: { type: state.in-memory, version: v1, metadata: [] }
        """);

    private string Output => string.Join('\n', _output);

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Daprd_Alone_ServesUntilSigterm()
    {
        using var daprd = Start();
        using var wait = HostProcess.Launch(["daprd", "--wait", "--dapr-http-port", $"{_port}"], _output.Enqueue);
        await wait.WaitForExitAsync();
        wait.ExitCode.Should().Be(0, Output);
        using var client = new HttpClient { BaseAddress = new Uri($"http://127.0.0.1:{_port}/v1.0/") };

        (await client.PostAsync("state/state", new StringContent("""[{"key":"k","value":1}]"""))).StatusCode.Should().Be(HttpStatusCode.NoContent);
        (await client.GetStringAsync("state/state/k")).Should().Be("1");
        (await client.GetStringAsync("metadata")).Should().Contain("\"id\":\"alone\"");
        await Eventually.TrueAsync(() => Output.Contains("dapr initialized. Status: Running."), "it is said");
        Output.Should().Contain("flag --placement-host-address has no effect");

        using var kill = Process.Start("kill", ["-TERM", $"{daprd.Id}"]);
        await daprd.WaitForExitAsync();
        daprd.ExitCode.Should().Be(0);
    }

    [Fact]
    public async Task Daprd_ShutdownOverTheApi_Ends()
    {
        using var daprd = Start();
        using var client = new HttpClient { BaseAddress = new Uri($"http://127.0.0.1:{_port}/v1.0/") };
        await Eventually.TrueAsync(() => Output.Contains("dapr initialized"), "it runs");

        (await client.PostAsync("shutdown", null)).StatusCode.Should().Be(HttpStatusCode.NoContent);

        await daprd.WaitForExitAsync();
        daprd.ExitCode.Should().Be(0);
    }

    [Fact]
    public async Task Daprd_ComponentThatIsWrong_EndsWithOneAndTheReason()
    {
        _folder.Write("resources/other.yaml", """
            apiVersion: dapr.io/v1alpha1
            kind: Component
            metadata: { name: other }
            spec: { type: state.nothing, version: v1, metadata: [] }
            """);

        using var daprd = Start();
        await daprd.WaitForExitAsync();

        daprd.ExitCode.Should().Be(1);
        await Eventually.TrueAsync(() => Output.Contains("Fatal error from runtime:") && Output.Contains("state.nothing"), "the reason is said");
    }

    [Fact]
    public async Task Daprd_TwoProcesses_ReachEachOthersAppsUntilOneIsGone()
    {
        var (appPort, second) = (FreePort.Next(), FreePort.Next());
        using var app = Process.Start(new ProcessStartInfo("dotnet", [HostProcess.TestApp]) { Environment = { ["APP_PORT"] = $"{appPort}" } })!;
        using var caller = Start();
        using var callee = Launch("callee", second, "--app-port", $"{appPort}");
        try
        {
            using var client = new HttpClient { BaseAddress = new Uri($"http://127.0.0.1:{_port}/v1.0/") };
            await Eventually.TrueAsync(() => AnswersAsync(client, "invoke/callee/method/health/ready"), "the app of the other process answers", TimeSpan.FromSeconds(60));

            callee.Kill();
            await callee.WaitForExitAsync();

            await Eventually.TrueAsync(async () => !await AnswersAsync(client, "invoke/callee/method/health/ready"), "it is gone with its sidecar");
        }
        finally
        {
            new List<Process> { app, caller, callee }.Where(process => !process.HasExited).ToList().ForEach(process => process.Kill());
        }
    }

    private static async Task<bool> AnswersAsync(HttpClient client, string path)
    {
        try
        {
            using var answer = await client.GetAsync(new Uri(path, UriKind.Relative));
            return answer.IsSuccessStatusCode;
        }
        catch (HttpRequestException)
        {
            return false;
        }
    }

    private Process Start() => Launch("alone", _port, "--placement-host-address", "localhost:50005");

    private Process Launch(string appId, int port, params string[] flags) => HostProcess.Launch(
        ["daprd", "--app-id", appId, "--dapr-http-port", $"{port}", "--dapr-grpc-port", "0", "--metrics-port", "0", "--resources-path", Path.Combine(_folder.Path, "resources"), .. flags],
        _output.Enqueue,
        ("SIDECAR_ADDRESSES", Path.Combine(_folder.Path, "addresses")));
}
