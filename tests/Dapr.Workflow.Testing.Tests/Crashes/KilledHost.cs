using System.Collections.Concurrent;
using System.Diagnostics;

namespace Dapr.Workflow.Testing.Tests.Crashes;

/// <summary>The host of the sidecar as a process of its own, with PostgreSQL as the store of workflows. It can be killed and started again.</summary>
internal sealed class KilledHost(PostgresDatabase database) : IAsyncDisposable
{
    private static readonly string Configuration = Path.GetFileName(Path.TrimEndingDirectorySeparator(AppContext.BaseDirectory));
    private static readonly string Program = Path.Combine(TestServers.RepositoryRoot, "artifacts", "bin", "Sidecar.Host", Configuration, "Sidecar.Host.dll");
    private readonly string _resources = Directory.CreateTempSubdirectory("killed-").FullName;
    private readonly int _http = FreePort.Next();
    private readonly int _grpc = FreePort.Next();
    private readonly ConcurrentQueue<string> _output = new();
    private Process? _process;

    /// <summary>Where the app finds its sidecar.</summary>
    public string GrpcEndpoint => $"http://127.0.0.1:{_grpc}";

    public async Task StartAsync()
    {
        await File.WriteAllTextAsync(Path.Combine(_resources, "state.yaml"), $$"""
            apiVersion: dapr.io/v1alpha1
            kind: Component
            metadata: { name: state }
            spec:
              type: state.postgresql
              version: v2
              metadata:
                - { name: connectionString, value: "{{database.KeyValueConnectionString}}" }
                - { name: actorStateStore, value: "true" }
            """);
        var start = new ProcessStartInfo(
            "dotnet",
            [Program, "daprd", "--app-id", "app", "--dapr-http-port", $"{_http}", "--dapr-grpc-port", $"{_grpc}", "--metrics-port", "0", "--resources-path", _resources])
        { RedirectStandardOutput = true, RedirectStandardError = true, UseShellExecute = false };
        _output.Clear();
        var process = _process = new Process { StartInfo = start };
        process.OutputDataReceived += (_, line) => _output.Enqueue(line.Data ?? "");
        process.ErrorDataReceived += (_, line) => _output.Enqueue(line.Data ?? "");
        process.Start();
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        await Eventually.TrueAsync(() => _output.Any(line => line.Contains("dapr initialized", StringComparison.Ordinal)) || process.HasExited, "the host runs", TimeSpan.FromSeconds(60));
        process.HasExited.Should().BeFalse(string.Join('\n', _output));
    }

    /// <summary>SIGKILL: nothing of the process runs any more.</summary>
    public async Task KillAsync()
    {
        if (_process is { } process)
        {
            process.Kill();
            await process.WaitForExitAsync();
            process.Dispose();
            _process = null;
        }
    }

    public async ValueTask DisposeAsync()
    {
        await KillAsync();
        Directory.Delete(_resources, recursive: true);
    }
}
