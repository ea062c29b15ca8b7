using Dapr.Actors.Client;
using Dapr.Actors.Runtime;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Sidecar.Components;
using Sidecar.Tests.Hosting;

namespace Dapr.Actors.Tests;

/// <summary>An app that hosts actors by our SDK, and its sidecar.</summary>
internal sealed class ActorPlatform : IAsyncDisposable
{
    private readonly int appPort = FreePort.Next();
    private readonly int sidecarPort = FreePort.Next();
    private WebApplication app = null!;
    private TestSidecar sidecar = null!;

    private ActorPlatform(Recorder recorder) => Recorder = recorder;

    public Recorder Recorder { get; }

    public Uri App => new($"http://127.0.0.1:{appPort}");

    public ActorProxyFactory Proxies { get; private set; } = null!;

    public static async Task<ActorPlatform> StartAsync(string? store = null, Action<ActorRuntimeOptions>? configure = null, Recorder? recorder = null)
    {
        var platform = new ActorPlatform(recorder ?? new Recorder());
        await platform.StartAppAsync(configure);
        platform.sidecar = await TestSidecar.StartAsync(
            options => options with { AppId = "counters", AppPort = platform.appPort, HttpPort = platform.sidecarPort, Run = new RunScope() },
            [store ?? Store("state.in-memory", "v1")],
            "apiVersion: dapr.io/v1alpha1\nkind: Configuration\nmetadata:\n  name: settings\nspec:\n  features:\n  - name: ActorStateTTL\n    enabled: true\n");
        return platform;
    }

    public static string Store(string type, string version, string? metadata = null) =>
        $"apiVersion: dapr.io/v1alpha1\nkind: Component\nmetadata:\n  name: actors\nspec:\n  type: {type}\n  version: {version}\n  metadata:\n  - name: actorStateStore\n    value: \"true\"\n{metadata}";

    public static string Postgres(PostgresDatabase database) => Store("state.postgresql", "v2", $"  - name: connectionString\n    value: \"{database.KeyValueConnectionString}\"\n");

    public ICounter Counter(string id) => Proxies.CreateActorProxy<ICounter>(new ActorId(id), "Counter");

    public ActorProxy Weak(string id) => Proxies.Create(new ActorId(id), "Counter");

    public async ValueTask DisposeAsync()
    {
        await sidecar.DisposeAsync();
        await app.DisposeAsync();
    }

    private async Task StartAppAsync(Action<ActorRuntimeOptions>? configure)
    {
        var builder = WebApplication.CreateBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls(App.ToString());
        builder.Services.AddSingleton(Recorder);
        builder.Services.AddScoped<ScopeProbe>();
        builder.Services.AddActors(options =>
        {
            options.HttpEndpoint = $"http://127.0.0.1:{sidecarPort}";
            options.Actors.RegisterActor<Counter>();
            options.Actors.RegisterActor<Relay>();
            configure?.Invoke(options);
        });
        app = builder.Build();
        app.MapActorsHandlers();
        await app.StartAsync();
        Proxies = (ActorProxyFactory)app.Services.GetRequiredService<IActorProxyFactory>();
    }
}
