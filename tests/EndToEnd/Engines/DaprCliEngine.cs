namespace EndToEnd.Engines;

/// <summary>
/// A real Dapr: `dapr run -f dapr.yaml` with daprd, placement and scheduler (build/dapr-engine.sh finds or starts them). The CLI does
/// not restart an app, so this does, with the environment that the CLI gives it; its sidecar stays.
/// </summary>
internal sealed class DaprCliEngine(RunFile file, PlatformSetup setup) : IPlatformEngine
{
    private readonly Dictionary<string, EngineProcess> _restarted = new(StringComparer.Ordinal);
    private EngineProcess? _cli;

    /// <inheritdoc />
    public Uri Gateway => new($"http://127.0.0.1:{file.AppPort("gateway")}");

    /// <inheritdoc />
    public int AppPort(string appId) => file.AppPort(appId);

    /// <inheritdoc />
    public async Task<string> LogAsync(string appId)
    {
        var written = Directory.EnumerateFiles(Path.Combine(file.Folder(appId), ".dapr", "logs"), $"{appId}_app_*.log").OrderByDescending(File.GetLastWriteTimeUtc).First();
        return await File.ReadAllTextAsync(written) + (_restarted.TryGetValue(appId, out var process) ? process.Output : "");
    }

    /// <inheritdoc />
    public async Task StartAsync()
    {
        var environment = setup.Environment.ToDictionary(StringComparer.Ordinal);
        environment["ENGINE"] = "dapr";
        environment["DAPR_FILE"] = file.Path;
        environment["PLATFORM_RUN_DIR"] = setup.Folder;
        _cli = new EngineProcess("sh", ["build/run.sh"], TestServers.RepositoryRoot, environment);
        await PlatformReadiness.WaitAsync(Gateway, _cli);
    }

    /// <inheritdoc />
    public async Task StopAsync()
    {
        await EndRestartedAsync(process => process.TerminateAsync());
        await _cli!.TerminateAsync();
        _cli.Dispose();
        _cli = null;
    }

    /// <inheritdoc />
    public async Task KillAppAsync(string appId)
    {
        await ListeningProcess.SignalAsync(AppPort(appId), "KILL");
        await StartAppAsync(appId);
    }

    /// <inheritdoc />
    public async Task KillEverythingAsync()
    {
        await EndRestartedAsync(process => process.KillAsync());
        _cli!.Dispose(); // kills the CLI, its daprd processes and its apps
        _cli = null;
        foreach (var app in file.AppIds)
        {
            foreach (var port in (int[])[AppPort(app), file.SidecarPort(app, "daprHTTPPort")])
            {
                if (await ListeningProcess.FindAsync(port) is not null)
                {
                    await ListeningProcess.SignalAsync(port, "KILL");
                }
            }
        }
    }

    /// <inheritdoc />
    public async Task StopAppAsync(string appId)
    {
        await ListeningProcess.SignalAsync(AppPort(appId), "TERM");
        await Eventually.TrueAsync(async () => await ListeningProcess.FindAsync(AppPort(appId)) is null, $"{appId} stops");
    }

    /// <inheritdoc />
    public Task StartAppAsync(string appId)
    {
        var environment = setup.Environment.Concat(file.Environment(appId)).ToDictionary(StringComparer.Ordinal);
        environment["APP_ID"] = appId;
        environment["APP_PORT"] = AppPort(appId).ToString();
        environment["DAPR_HTTP_PORT"] = file.SidecarPort(appId, "daprHTTPPort").ToString();
        environment["DAPR_GRPC_PORT"] = file.SidecarPort(appId, "daprGRPCPort").ToString();
        var command = file.Command(appId);
        _restarted[appId] = new EngineProcess(command[0], command.Skip(1), file.Folder(appId), environment);
        return Task.CompletedTask;
    }

    /// <inheritdoc />
    public IReadOnlyList<string> Leftovers() => AppProcesses.Of(file);

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        if (_cli is not null)
        {
            await StopAsync();
        }
    }

    private async Task EndRestartedAsync(Func<EngineProcess, Task> end)
    {
        foreach (var process in _restarted.Values.Where(process => !process.HasExited))
        {
            await end(process);
        }

        _restarted.Clear();
    }
}
