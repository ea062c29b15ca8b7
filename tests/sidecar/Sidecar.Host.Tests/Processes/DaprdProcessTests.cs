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

    private Process Start() => HostProcess.Launch(
        ["daprd", "--app-id", "alone", "--dapr-http-port", $"{_port}", "--dapr-grpc-port", "0", "--metrics-port", "0", "--resources-path", Path.Combine(_folder.Path, "resources"), "--placement-host-address", "localhost:50005"],
        _output.Enqueue);
}
