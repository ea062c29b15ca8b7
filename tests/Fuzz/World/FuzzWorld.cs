using System.Collections.Concurrent;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Sidecar;
using Sidecar.Components;

namespace Fuzz.World;

/// <summary>
/// The sidecars under fire: <c>app</c> is open; <c>locked</c> refuses calls of other apps by an access policy; <c>tokened</c> wants a token; <c>limited</c>
/// has a list of allowed APIs. Secrets lie behind scopes, key prefixes and folders; what must never be seen holds <see cref="Secret"/>.
/// </summary>
internal sealed class FuzzWorld : IAsyncDisposable
{
    /// <summary>The text that nobody may ever see.</summary>
    public const string Secret = "TOP-5ECRET";

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("fuzz-");
    private readonly RunScope _run = new();
    private readonly ErrorLog _log = new();
    private readonly List<SidecarRuntime> _sidecars = [];
    private readonly List<FuzzApp> _apps = [];

    public int Open => _sidecars[0].HttpPort;

    public int OpenGrpc => _sidecars[0].GrpcPort;

    public int Tokened => _sidecars[2].HttpPort;

    public int Limited => _sidecars[3].HttpPort;

    /// <summary>A folder for what a target writes.</summary>
    public string Scratch => _folder.CreateSubdirectory("scratch").FullName;

    public static async Task<FuzzWorld> StartAsync()
    {
        var world = new FuzzWorld();
        world.WriteFiles();
        await world.StartAsync("app", context => context.Request.Path.StartsWithSegments("/forbidden") && context.Request.Headers.ContainsKey("pubsubName") ? "an event of a topic out of scope" : null);
        await world.StartAsync("locked", _ => "a call past the access policy", configuration: "accessControl: { defaultAction: deny, trustDomain: public }");
        await world.StartAsync("tokened", _ => "a call without the token", token: "right");
        await world.StartAsync("limited", _ => "a call of an API that is not allowed", configuration: "api: { allowed: [{ name: metadata, version: v1.0, protocol: http }] }");
        await world.HideAsync();
        return world;
    }

    /// <summary>What must not have happened, over the whole run.</summary>
    public IEnumerable<Finding> Findings(int seed) =>
    [
        .. _apps.SelectMany(app => app.Violations).Distinct(StringComparer.Ordinal).Select(violation => new Finding("policy", seed, violation, "")),
        .. _log.Faults.Select(fault => new Finding("log", seed, fault.Key, "")),
        .. Directory.EnumerateFileSystemEntries(_folder.FullName).Select(Path.GetFileName).Except(["files", "resources", "scratch", "canary.txt", "secrets.json"]).Select(name => new Finding("files", seed, $"a binding wrote outside of its folder: {name}", "")),
    ];

    public async ValueTask DisposeAsync()
    {
        foreach (var sidecar in _sidecars)
        {
            await sidecar.DisposeAsync();
        }

        foreach (var app in _apps)
        {
            await app.DisposeAsync();
        }

        _folder.Delete(recursive: true);
    }

    private void WriteFiles()
    {
        File.WriteAllText(Path.Combine(_folder.FullName, "canary.txt"), Secret);
        File.WriteAllText(Path.Combine(_folder.FullName, "secrets.json"), $$"""{"hidden":"{{Secret}}","open":"ok"}""");
        Resource("store", "state.in-memory", "actorStateStore: \"true\"");
        Resource("pubsub", "pubsub.in-memory", "publishingScopes: app=t,raw,bulk,ruled", "subscriptionScopes: \"app=t,raw,bulk,ruled,forbidden\"");
        Resource("secrets", "secretstores.local.file", $"secretsFile: {Path.Combine(_folder.FullName, "secrets.json")}");
        Resource("files", "bindings.localstorage", $"rootPath: {Path.Combine(_folder.FullName, "files")}");
    }

    private void Resource(string name, string type, params string[] metadata) => File.WriteAllText(
        Path.Combine(_folder.CreateSubdirectory("resources").FullName, name + ".yaml"),
        $$"""
        apiVersion: dapr.io/v1alpha1
        kind: Component
        metadata: { name: {{name}} }
        spec: { type: {{type}}, version: v1, metadata: [{{string.Join(", ", metadata.Select(field => field.Split(": ", 2)).Select(pair => $"{{ name: {pair[0]}, value: {pair[1].Trim('"').Replace(pair[1].Trim('"'), $"\"{pair[1].Trim('"')}\"", StringComparison.Ordinal)} }}"))}}] }
        """);

    private async Task StartAsync(string appId, Func<HttpContext, string?> judge, string? configuration = null, string? token = null)
    {
        var app = await FuzzApp.StartAsync(judge, takesPart: appId == "app");
        _apps.Add(app);
        var file = Path.Combine(Scratch, appId + ".yaml");
        File.WriteAllText(file, $$"""
            apiVersion: dapr.io/v1alpha1
            kind: Configuration
            metadata: { name: c }
            spec:
              secrets: { scopes: [{ storeName: secrets, defaultAccess: allow, deniedSecrets: [hidden] }] }
              {{configuration}}
            """);
        var sidecar = new SidecarRuntime(new SidecarOptions
        {
            AppId = appId,
            HttpPort = 0,
            GrpcPort = 0,
            AppPort = app.Port,
            ResourcesPaths = [Path.Combine(_folder.FullName, "resources")],
            ConfigurationPath = file,
            ApiToken = token,
            Run = _run,
            Loggers = _log,
            ShutdownRequested = () => Task.CompletedTask,
        });
        _sidecars.Add(sidecar);
        await sidecar.StartAsync(CancellationToken.None);
        await sidecar.WaitUntilReadyAsync(CancellationToken.None);
    }

    // A value of another app in the same store, which the key prefix keeps from everybody else.
    private async Task HideAsync()
    {
        using var client = new HttpClient();
        using var request = new HttpRequestMessage(HttpMethod.Post, $"http://127.0.0.1:{Tokened}/v1.0/state/store") { Content = new StringContent($$"""[{"key":"hidden","value":"{{Secret}}"}]""") };
        request.Headers.Add("dapr-api-token", "right");
        (await client.SendAsync(request)).EnsureSuccessStatusCode();
    }
}

/// <summary>Keeps the exceptions that sidecars log as faults of their own.</summary>
internal sealed class ErrorLog : ILoggerFactory, ILogger
{
    /// <summary>The faults by text, with how often each came.</summary>
    public ConcurrentDictionary<string, int> Faults { get; } = new(StringComparer.Ordinal);

    public void AddProvider(ILoggerProvider provider)
    {
    }

    public ILogger CreateLogger(string categoryName) => this;

    public void Dispose()
    {
    }

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => logLevel >= LogLevel.Error;

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
    {
        if (logLevel >= LogLevel.Error && exception is not null)
        {
            Faults.AddOrUpdate(exception.ToString(), 1, (_, count) => count + 1);
        }
    }
}
