using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;

namespace Sidecar.Host.Tests.Processes;

/// <summary>What a host with five apps' sidecars costs. Processor time in place of time: machines that run tests do other things too.</summary>
[Trait("Speed", "Slow")]
public sealed class SizeTests : IDisposable
{
    private const long MaxBytes = 150L * 1024 * 1024;
    private static readonly TimeSpan MaxProcessorTime = TimeSpan.FromSeconds(1.5);
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Run_FiveSidecars_AreReadyWithLittleTimeAndMemory()
    {
        var lines = new ConcurrentQueue<string>();
        _folder.Write("components/state.yaml", """
            apiVersion: dapr.io/v1alpha1
            kind: Component
            metadata: { name: state }
            spec: { type: state.in-memory, version: v1, metadata: [{ name: actorStateStore, value: "true" }] }
            """);
        var apps = Enumerable.Range(1, 5).Select(number => $"  - {{ appID: app{number}, appDirPath: components }}");
        var file = _folder.Write("dapr.yaml", string.Create(CultureInfo.InvariantCulture, $"version: 1\ncommon: {{ resourcesPaths: [components] }}\napps:\n{string.Join('\n', apps)}\n"));

        using var host = HostProcess.Launch(["run", "-f", file, "--run-dir", Path.Combine(_folder.Path, "run")], lines.Enqueue);
        await Eventually.TrueAsync(() => lines.Any(line => line.Contains("ready in")) || host.HasExited, "the run is ready", TimeSpan.FromSeconds(60));
        host.Refresh();
        var (bytes, time) = (host.WorkingSet64, host.TotalProcessorTime);
        using var kill = Process.Start("kill", ["-TERM", $"{host.Id}"]);
        await host.WaitForExitAsync();

        string.Join('\n', lines).Should().Contain("ready in");
        bytes.Should().BeLessThan(MaxBytes);
        time.Should().BeLessThan(MaxProcessorTime);
    }
}
