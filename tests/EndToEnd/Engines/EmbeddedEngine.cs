using System.Diagnostics;

namespace EndToEnd.Engines;

/// <summary>The embedded sidecar: `Sidecar.Host run -f dapr.yaml`.</summary>
internal sealed class EmbeddedEngine(RunFile file, PlatformSetup setup, string? external = null) : IPlatformEngine
{
    private EngineProcess? _host;

    /// <inheritdoc />
    public Uri Gateway => new($"http://127.0.0.1:{file.AppPort("gateway")}");

    /// <inheritdoc />
    public int AppPort(string appId) => file.AppPort(appId);

    /// <inheritdoc />
    public async Task<string> LogAsync(string appId)
    {
        // The host writes while this reads.
        await using var stream = new FileStream(Path.Combine(setup.Folder, "logs", $"{appId}.log"), FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        using var reader = new StreamReader(stream);
        return await reader.ReadToEndAsync();
    }

    /// <inheritdoc />
    public async Task StartAsync()
    {
        string[] arguments = [PlatformSetup.Built(TestServers.RepositoryRoot, "Sidecar.Host"), "run", "-f", file.Path, "--run-dir", setup.Folder, .. external is null ? [] : new[] { "--external", external }];
        _host = new EngineProcess("dotnet", arguments, TestServers.RepositoryRoot, setup.Environment);
        if (external is null)
        {
            await PlatformReadiness.WaitAsync(Gateway, _host);
        }
    }

    /// <inheritdoc />
    public async Task StopAsync()
    {
        var host = _host ?? throw new InvalidOperationException("Not started.");
        await host.TerminateAsync();
        var (code, output) = (host.ExitCode, host.Output);
        host.Dispose();
        _host = null;
        if (code != 0)
        {
            throw new InvalidOperationException($"The host ended with {code}. Its output ends with:\n{output}");
        }
    }

    /// <inheritdoc />
    public Task KillAppAsync(string appId) => ListeningProcess.SignalAsync(AppPort(appId), "KILL");

    /// <inheritdoc />
    public async Task KillEverythingAsync()
    {
        await _host!.KillAsync();
        _host.Dispose();
        _host = null;
        await Eventually.TrueAsync(() => Leftovers().Count == 0, "the apps die with the host");
    }

    /// <inheritdoc />
    public Task StopAppAsync(string appId) => CommandAsync("stop-app", appId);

    /// <inheritdoc />
    public Task StartAppAsync(string appId) => CommandAsync("start-app", appId);

    /// <inheritdoc />
    public IReadOnlyList<string> Leftovers() => AppProcesses.Of(file);

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        if (_host is not null)
        {
            await _host.TerminateAsync();
            _host.Dispose();
        }
    }

    private async Task CommandAsync(string command, string appId)
    {
        var start = new ProcessStartInfo("dotnet", [PlatformSetup.Built(TestServers.RepositoryRoot, "Sidecar.Host"), command, appId, "--run-dir", setup.Folder]);
        using var process = Process.Start(start)!;
        await process.WaitForExitAsync();
        if (process.ExitCode != 0)
        {
            throw new InvalidOperationException($"Sidecar.Host {command} {appId} ended with {process.ExitCode}.");
        }
    }
}
