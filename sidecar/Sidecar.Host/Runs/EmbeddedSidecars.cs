using Microsoft.Extensions.Logging;
using Sidecar.Components;
using Sidecar.Host.RunFiles;

namespace Sidecar.Host.Runs;

/// <summary>The sidecars of this repository, in the host's own process.</summary>
internal sealed class EmbeddedSidecars(TimeProvider time) : ISidecarFactory
{
    private static readonly TimeSpan WatchInterval = TimeSpan.FromSeconds(1);

    public async Task<IReadOnlyList<string>> CheckAsync(AppDefinition app, IReadOnlyDictionary<string, string> environment, CancellationToken cancellationToken)
    {
        try
        {
            await new ResourceLoader(Options(app, environment) with { Time = time }).LoadAsync(cancellationToken);
            return [];
        }
        catch (SidecarStartException exception)
        {
            return exception.Errors;
        }
    }

    public IAppSidecar Create(AppDefinition app, IReadOnlyDictionary<string, string> environment, RunScope run, ILoggerFactory loggers) =>
        new EmbeddedSidecar(new SidecarRuntime(Options(app, environment) with { Run = run, Loggers = loggers, Time = time }));

    private static SidecarOptions Options(AppDefinition app, IReadOnlyDictionary<string, string> environment) => new()
    {
        AppId = app.AppId,
        Instance = app.Instance,
        HttpPort = app.HttpPort,
        GrpcPort = app.GrpcPort,
        MetricsPort = app.MetricsPort > 0 ? app.MetricsPort : null,
        AppPort = app.AppPort > 0 ? app.AppPort : null,
        AppProtocol = app.AppProtocol,
        AppChannelAddress = app.AppChannelAddress,
        AppMaxConcurrency = app.AppMaxConcurrency,
        AppHealth = app.AppHealth,
        ResourcesPaths = app.ResourcesPaths,
        ConfigurationPath = app.ConfigFile,
        WatchResources = WatchInterval,
        Environment = environment,
        ApiToken = environment.GetValueOrDefault("DAPR_API_TOKEN") is { Length: > 0 } api ? api : null,
        AppApiToken = environment.GetValueOrDefault("APP_API_TOKEN") is { Length: > 0 } token ? token : null,
        MaxBodySize = app.MaxBodySize,
        ReadBufferSize = app.ReadBufferSize,
    };

    private sealed class EmbeddedSidecar(SidecarRuntime runtime) : IAppSidecar
    {
        public Task StartAsync(CancellationToken cancellationToken) => runtime.StartAsync(cancellationToken);

        public Task WaitUntilReadyAsync(CancellationToken cancellationToken) => runtime.WaitUntilReadyAsync(cancellationToken);

        public bool IsAppAvailable => runtime.IsAppAvailable;

        public Task<IReadOnlyList<string>> WaitsAsync(CancellationToken cancellationToken) => runtime.WaitsAsync(cancellationToken);

        public void AppLeaves() => runtime.AppLeaves();

        public void AppStarts() => runtime.AppStarts();

        public Task DrainAsync(CancellationToken cancellationToken) => runtime.DrainAsync(cancellationToken);

        public Task StopAsync(CancellationToken cancellationToken) => runtime.StopAsync(cancellationToken);

        public ValueTask DisposeAsync() => runtime.DisposeAsync();
    }
}
