using System.Diagnostics;
using System.Text.Json.Nodes;
using Sidecar;
using Sidecar.Components;

namespace Conformance;

/// <summary>What a scenario runs on: its apps, servers, sidecars and the folder with its files. Sidecars share a run of the scenario's own.</summary>
internal sealed class World(Scenario scenario, Stores stores) : IAsyncDisposable
{
    private readonly Dictionary<string, JsonObject> _setups = new(StringComparer.Ordinal);
    private readonly Dictionary<string, SidecarRuntime> _sidecars = new(StringComparer.Ordinal);
    private readonly Dictionary<string, (int Http, int Grpc, int Metrics)> _ports = new(StringComparer.Ordinal);
    private readonly Dictionary<string, TaskCompletionSource> _exits = new(StringComparer.Ordinal);
    private readonly List<WorkflowWorker> _workers = [];
    private readonly RunScope _run = new();

    /// <summary>The placeholders.</summary>
    public Placeholders Placeholders { get; } = new();

    /// <summary>The stores.</summary>
    public Stores Stores => stores;

    /// <summary>The apps and servers.</summary>
    public Dictionary<string, FakeApp> Apps { get; } = new(StringComparer.Ordinal);

    /// <summary>The streams that steps opened.</summary>
    public Dictionary<string, Grpc.GrpcStream> Streams { get; } = new(StringComparer.Ordinal);

    /// <summary>The logs of the sidecars.</summary>
    public Dictionary<string, LogCapture> Logs { get; } = new(StringComparer.Ordinal);

    /// <summary>What apps and servers saw.</summary>
    public Traffic Traffic => field ??= new Traffic(scenario, Placeholders);

    /// <summary>The activities that workers ran.</summary>
    public IEnumerable<JsonArray> ActivityCalls => _workers.SelectMany(worker => worker.Calls);

    /// <summary>`{{dir}}`.</summary>
    public string Folder { get; } = Directory.CreateTempSubdirectory("conformance-").FullName;

    /// <summary>The HTTP port of a sidecar.</summary>
    public int HttpPort(string name) => _ports[name].Http;

    /// <summary>The gRPC port of a sidecar.</summary>
    public int GrpcPort(string name) => _ports[name].Grpc;

    /// <summary>The metrics port of a sidecar.</summary>
    public int MetricsPort(string name) => _ports[name].Metrics;

    /// <summary>Starts everything that the setup starts.</summary>
    public async Task PrepareAsync()
    {
        await stores.EmptyAsync(database: scenario.Setup.ToJsonString().Contains("{{pg}}", StringComparison.Ordinal));
        stores.Fill(Placeholders);
        Placeholders.Set("dir", Folder);
        Placeholders.Set("sched", "<port>");
        Placeholders.Set("closed", FreePort.Next().ToString());
        foreach (var (path, text) in scenario.Setup["files"] as JsonObject ?? [])
        {
            var file = Path.Combine(Folder, path);
            Directory.CreateDirectory(Path.GetDirectoryName(file)!);
            await File.WriteAllTextAsync(file, Placeholders.Fill(text!.GetValue<string>()));
        }

        await AddAppsAsync();
        foreach (var name in _setups.Keys.Reverse().Where(name => _setups[name]["noStart"]?.GetValue<bool>() != true))
        {
            await StartSidecarAsync(name);
        }

        foreach (var name in _setups.Keys.Where(_sidecars.ContainsKey))
        {
            await ReadyAsync(name);
        }

        await Pause.ForAsync(TimeSpan.FromMilliseconds(scenario.Setup["settleMs"]?.GetValue<double>() ?? 0));
        if (scenario.Steps[0]["request"]?["action"]?.GetValue<string>() != "startup")
        {
            Traffic.Drain();
        }
    }

    /// <summary>Starts a sidecar and the worker of its app; throws when it cannot start.</summary>
    public async Task StartSidecarAsync(string name)
    {
        var setup = _setups[name];
        var exit = _exits[name] = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var sidecar = new SidecarRuntime(await SidecarOptionsOf(name, setup) with
        {
            ShutdownRequested = async () =>
            {
                await StopSidecarAsync(name);
                exit.TrySetResult();
            },
        });
        _sidecars[name] = sidecar;
        await sidecar.StartAsync(CancellationToken.None);
        if (setup["worker"] is JsonObject)
        {
            _workers.Add(new WorkflowWorker(GrpcPort(name)).Start());
        }
    }

    /// <summary>Stops a sidecar as SIGTERM does and says how long that took.</summary>
    public async Task<TimeSpan> StopSidecarAsync(string name)
    {
        var clock = Stopwatch.StartNew();
        await _sidecars[name].StopAsync(CancellationToken.None);
        return clock.Elapsed;
    }

    /// <summary>Whether a sidecar ends by itself in time.</summary>
    public async Task<bool> ExitsAsync(string name, TimeSpan within) => await Task.WhenAny(_exits[name].Task, Pause.ForAsync(within)) == _exits[name].Task;

    /// <summary>Waits until a sidecar is ready, at most as long as given.</summary>
    public Task WaitForReadyAsync(string name, TimeSpan within) => Task.WhenAny(_sidecars[name].WaitUntilReadyAsync(CancellationToken.None), Pause.ForAsync(within));

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        await Task.WhenAll(Streams.Values.Select(stream => stream.DisposeAsync().AsTask()));
        await Task.WhenAll(_workers.Select(worker => worker.DisposeAsync().AsTask()));

        // An answer that an app still delays must not hold up the stop.
        await Task.WhenAll(Apps.Values.Select(app => app.DisposeAsync().AsTask()));
        await Task.WhenAll(_sidecars.Values.Select(sidecar => sidecar.DisposeAsync().AsTask()));
        Directory.Delete(Folder, recursive: true);
    }

    private async Task AddAppsAsync()
    {
        foreach (var (name, script) in Servers())
        {
            var server = new FakeApp(name, script, Placeholders, sidecarPort: null) { Requests = Traffic.Requests };
            Placeholders.Set($"server:{name}", server.Port.ToString());
            await AddAsync(name, server);
        }

        _setups["a"] = scenario.Setup;
        foreach (var other in scenario.Setup["others"] as JsonArray ?? [])
        {
            _setups[other!["name"]!.GetValue<string>()] = other.AsObject();
        }

        foreach (var (name, setup) in _setups)
        {
            var ports = _ports[name] = (FreePort.Next(), FreePort.Next(), FreePort.Next());
            Placeholders.Set($"http:{name}", ports.Http.ToString());
            Placeholders.Set($"grpc:{name}", ports.Grpc.ToString());
            if (name == "a")
            {
                Placeholders.Set("sched", ports.Grpc.ToString());
            }

            Placeholders.Set($"metrics:{name}", ports.Metrics.ToString());
            Placeholders.Set($"public:{name}", FreePort.Next().ToString());
            if (setup["app"] is JsonObject app)
            {
                var fake = new FakeApp(name, app, Placeholders, () => ports.Http) { Requests = Traffic.Requests };
                Placeholders.Set($"app:{name}", fake.Port.ToString());
                await AddAsync(name, fake);
            }
        }
    }

    private IEnumerable<(string Name, JsonObject Script)> Servers() => scenario.Setup["servers"] switch
    {
        JsonArray list => list.Select(server => (server!["name"]!.GetValue<string>(), server.AsObject())),
        JsonObject map => map.Select(pair => (pair.Key, pair.Value!.AsObject())),
        _ => [],
    };

    private async Task AddAsync(string name, FakeApp app)
    {
        Apps[name] = app;
        if (!app.Down)
        {
            await app.StartAsync();
        }
    }

    private async Task<SidecarOptions> SidecarOptionsOf(string name, JsonObject setup)
    {
        var resources = Path.Combine(Folder, $"resources-{name}");
        Directory.CreateDirectory(resources);
        foreach (var kind in (string[])["components", "resiliency", "subscriptions", "httpEndpoints"])
        {
            var documents = setup[kind] as JsonArray ?? [];
            for (var i = 0; i < documents.Count; i++)
            {
                await File.WriteAllTextAsync(Path.Combine(resources, $"{kind}-{i}.yaml"), Placeholders.Fill(documents[i]!.GetValue<string>()));
            }
        }

        string? configuration = null;
        if (setup["configuration"] is { } text)
        {
            configuration = Path.Combine(Folder, $"configuration-{name}.yaml");
            await File.WriteAllTextAsync(configuration, Placeholders.Fill(text.GetValue<string>()));
        }

        Logs[name] = Logs.GetValueOrDefault(name) ?? new LogCapture();
        var options = new SidecarOptions
        {
            AppId = setup["appId"]!.GetValue<string>(),
            HttpPort = HttpPort(name),
            GrpcPort = GrpcPort(name),
            MetricsPort = setup["metrics"]?.GetValue<bool>() == true ? MetricsPort(name) : null,
            AppPort = Apps.TryGetValue(name, out var app) && setup["app"] is not null ? app.Port : null,
            AppProtocol = app?.IsGrpc == true && setup["app"] is not null ? "grpc" : "http",
            ResourcesPaths = [resources],
            ConfigurationPath = configuration,
            StrictResources = false,
            HasPlacement = Given(setup["actors"]),
            HasScheduler = Given(setup["actors"]) || Given(setup["scheduler"]),
            Loggers = Logs[name],
            Run = _run,
        };
        return SidecarFlags.Apply(options, setup, Placeholders);
    }

    private static bool Given(JsonNode? value) => value is not null && value.ToJsonString() != "false";

    private async Task ReadyAsync(string name)
    {
        var setup = _setups[name];
        if (setup["noReady"] is { } wait)
        {
            await Pause.ForAsync(TimeSpan.FromMilliseconds(wait.GetValue<double>()));
            return;
        }

        if (setup["readyPath"] is null && !(Apps.TryGetValue(name, out var waiting) && waiting.Down))
        {
            await WaitForReadyAsync(name, TimeSpan.FromSeconds(20));
        }

        var path = setup["readyPath"]?.GetValue<string>() ?? (Apps.TryGetValue(name, out var app) && !app.Down ? "/v1.0/healthz" : "/v1.0/healthz/outbound");
        await Eventually.TrueAsync(
            async () =>
            {
                using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(5));
                return (await RawHttp.SendAsync(HttpPort(name), "GET", path, [], null, chunked: false, limit.Token)).Status is 200 or 204;
            },
            $"sidecar {name} is ready",
            TimeSpan.FromSeconds(20));
        await Eventually.TrueAsync(() => setup["worker"] is not JsonObject || _sidecars[name].ConnectedWorkers > 0, $"the worker of sidecar {name} is connected", TimeSpan.FromSeconds(20));
    }
}
