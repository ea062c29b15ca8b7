using System.Collections.Concurrent;
using System.Diagnostics;
using System.Text.Json;
using Sidecar.Host.Control;

namespace Sidecar.Host.Tests.Processes;

/// <summary>The host as a process of its own, over a run file with instances of the test app.</summary>
internal sealed class HostProcess : IAsyncDisposable
{
    private static readonly string Configuration = Path.GetFileName(Path.TrimEndingDirectorySeparator(AppContext.BaseDirectory));
    private static readonly string Program = Path.Combine(TestServers.RepositoryRoot, "artifacts", "bin", "Sidecar.Host", Configuration, "Sidecar.Host.dll");

    private readonly TemporaryFolder _folder = new();
    private readonly ConcurrentQueue<string> _output = new();
    private Process? _process;

    /// <summary>The program of the test app.</summary>
    public static string TestApp { get; } = Path.Combine(TestServers.RepositoryRoot, "artifacts", "bin", "TestApp", Configuration, "TestApp.dll");

    public string Output => string.Join('\n', _output);

    public string RunDirectory => Path.Combine(_folder.Path, "run");

    public Process Process => _process!;

    public Dictionary<string, (int App, int Http, int Grpc)> Ports { get; } = [];

    /// <summary>Apps of which the run has more than one instance.</summary>
    public Dictionary<string, int> Instances { get; } = [];

    /// <summary>Adds an app to the run file.</summary>
    public HostProcess With(string appId, int instances = 1)
    {
        Instances[appId] = instances;
        Ports[appId] = (FreePort.Next(), FreePort.Next(), FreePort.Next());
        _folder.Folder(appId);
        return this;
    }

    /// <summary>Starts `run`.</summary>
    public HostProcess Start(Dictionary<string, string>? modes = null, params string[] options)
    {
        _folder.Write("components/secrets.yaml", $"""
            apiVersion: dapr.io/v1alpha1
            kind: Component
            metadata: {"{"} name: secrets {"}"}
            spec: {"{"} type: secretstores.local.env, version: v1, metadata: [] {"}"}
            """);
        _folder.Write("components/state.yaml", $"""
            apiVersion: dapr.io/v1alpha1
            kind: Component
            metadata: {"{"} name: state {"}"}
            spec: {"{"} type: state.in-memory, version: v1, metadata: [{"{"} name: actorStateStore, value: "true" {"}"}] {"}"}
            """);
        var apps = Ports.Select(app => $"""
              - appID: {app.Key}
                appDirPath: {app.Key}
                appPort: {app.Value.App}
                daprHTTPPort: {app.Value.Http}
                daprGRPCPort: {app.Value.Grpc}
                command: ["dotnet", "{TestApp}"]
                x-platform: {"{"} instances: {Instances[app.Key]} {"}"}
                env: {"{"} TEST_APP: "{modes?.GetValueOrDefault(app.Key)}" {"}"}
            """);
        var file = _folder.Write("dapr.yaml", $"""
            version: 1
            common:
              resourcesPaths: [components]
              enableAppHealthCheck: true
              appHealthCheckPath: /health/ready
            apps:
            {string.Join('\n', apps)}
            """);
        _process = Launch(["run", "-f", file, "--run-dir", RunDirectory, .. options], _output.Enqueue);
        return this;
    }

    /// <summary>Waits until the host says that all is ready.</summary>
    public async Task<HostProcess> ReadyAsync()
    {
        await Eventually.TrueAsync(() => Output.Contains("ready in") || _process!.HasExited, "the run is ready", TimeSpan.FromSeconds(60));
        _process!.HasExited.Should().BeFalse(Output);
        return this;
    }

    /// <summary>Waits for the end and returns the exit code.</summary>
    public async Task<int> ExitAsync()
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(60), TimeProvider.System);
        await _process!.WaitForExitAsync(patience.Token);
        return _process.ExitCode;
    }

    /// <summary>Runs another command of the host against this run.</summary>
    public async Task<(int ExitCode, string Output)> CommandAsync(params string[] words)
    {
        var lines = new ConcurrentQueue<string>();
        using var process = Launch([.. words, "--run-dir", RunDirectory], lines.Enqueue);
        await process.WaitForExitAsync();
        return (process.ExitCode, string.Join('\n', lines));
    }

    /// <summary>What `status --json` says.</summary>
    public async Task<RunStatus> StatusAsync()
    {
        var (_, output) = await CommandAsync("status", "--json");
        return JsonSerializer.Deserialize<RunStatus>(output, JsonSerializerOptions.Web)!;
    }

    /// <summary>The process of an app, or of an instance (<c>alpha.2</c>), as status says.</summary>
    public async Task<AppStatus> AppAsync(string name) => (await StatusAsync()).Apps.Single(app => app.Name == name);

    /// <summary>Asks through a sidecar.</summary>
    public async Task<string> InvokeAsync(string through, string appId, string path)
    {
        using var client = new HttpClient();
        return await client.GetStringAsync(new Uri($"http://127.0.0.1:{Ports[through].Http}/v1.0/invoke/{appId}/method/{path}"));
    }

    /// <summary>True while something listens on the app's port.</summary>
    public bool Listens(string appId)
    {
        try
        {
            using var client = new System.Net.Sockets.TcpClient("127.0.0.1", Ports[appId].App);
            return true;
        }
        catch (System.Net.Sockets.SocketException)
        {
            return false;
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (_process is { HasExited: false })
        {
            _process.Kill(entireProcessTree: true);
            await _process.WaitForExitAsync();
        }

        _process?.Dispose();
        _folder.Dispose();
    }

    /// <summary>Starts the host with a command line.</summary>
    public static Process Launch(IEnumerable<string> words, Action<string> line, params (string Name, string Value)[] environment)
    {
        var start = new ProcessStartInfo("dotnet", [Program, .. words]) { RedirectStandardOutput = true, RedirectStandardError = true, UseShellExecute = false };
        start.Environment["INHERITED"] = "yes";
        start.Environment["APP_API_TOKEN"] = "app-token";
        foreach (var (name, value) in environment)
        {
            start.Environment[name] = value;
        }

        var process = new Process { StartInfo = start };
        process.OutputDataReceived += (_, data) => Take(data.Data, line);
        process.ErrorDataReceived += (_, data) => Take(data.Data, line);
        process.Start();
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        return process;
    }

    private static void Take(string? text, Action<string> line)
    {
        if (text is not null)
        {
            line(text);
        }
    }
}
