using Microsoft.Extensions.Logging;
using Sidecar.Api.Grpc;
using Sidecar.Api.Grpc.Services;
using Sidecar.Api.Http;
using Sidecar.Components;
using Sidecar.Faults;
using Sidecar.Health;
using Sidecar.Invocation;
using Sidecar.Metadata;
using Sidecar.Middleware;
using Sidecar.NameResolution;
using Sidecar.Reloading;
using Sidecar.Resiliency;
using Sidecar.Security;
using Sidecar.Telemetry;
using Sidecar.Telemetry.Metrics;

namespace Sidecar;

/// <summary>
/// One embedded sidecar. Nothing in it is process-wide: several run in one process and share only their <see cref="RunScope"/>.
/// Order of its life: resources load, components connect, the ports listen, the app is seen, subscriptions start (ready), drain, stop.
/// </summary>
internal sealed partial class SidecarRuntime(SidecarOptions options) : IAsyncDisposable
{
    private readonly ILogger _logger = options.Loggers.CreateLogger<SidecarRuntime>();
    private readonly TaskCompletionSource _ready = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly CancellationTokenSource _stopping = new();
    private readonly List<IBuildingBlock> _blocks = [];
    private readonly List<IAsyncDisposable> _owned = [];
    private readonly List<IDisposable> _ownedSync = [];
    private RuntimeServices? _services;
    private SidecarEndpoints? _endpoints;
    private AppMonitor? _monitor;
    private RuntimeMetadata? _metadata;
    private ResourceReloader? _reloader;
    private Callee? _callee;
    private PeerLink? _peers;
    private Task _readying = Task.CompletedTask;
    private Task? _draining;
    private Task? _stop;
    private volatile bool _isStarted;

    /// <summary>The settings.</summary>
    public SidecarOptions Options { get; } = options;

    /// <summary>The HTTP port, once started.</summary>
    public int HttpPort => _endpoints?.HttpPort ?? 0;

    /// <summary>The gRPC port, once started.</summary>
    public int GrpcPort => _endpoints?.GrpcPort ?? 0;

    /// <summary>True once the app is there and its subscriptions run (<c>/v1.0/healthz</c> is 204), until the sidecar stops.</summary>
    public bool IsReady => _ready.Task.IsCompletedSuccessfully && !_stopping.IsCancellationRequested;

    private bool IsSound => _blocks.TrueForAll(block => block.Fault is null);

    /// <summary>True while the app is seen and not known to be unhealthy.</summary>
    public bool IsAppAvailable => _monitor?.IsAvailable ?? false;

    /// <summary>What does not advance, and what it waits for.</summary>
    public async Task<IReadOnlyList<string>> WaitsAsync(CancellationToken cancellationToken) =>
        [.. (await Task.WhenAll(_blocks.Select(block => block.WaitsAsync(cancellationToken)))).SelectMany(waits => waits)];

    /// <summary>The workflow workers that are connected.</summary>
    public int ConnectedWorkers => _metadata?.ConnectedWorkers ?? 0;

    /// <summary>The process of the app ends or has ended: until <see cref="AppStarts"/> the app gets no deliveries, and its other instances get its calls.</summary>
    public void AppLeaves() => _monitor?.Leave();

    /// <summary>A process of the app has been started: it is watched again.</summary>
    public void AppStarts() => _monitor?.Return();

    /// <summary>Takes what has changed in the resource files, once the sidecar is ready; the errors, none when all is taken.</summary>
    public async Task<IReadOnlyList<string>> ReloadAsync(CancellationToken cancellationToken)
    {
        await WaitUntilReadyAsync(cancellationToken);
        return await _reloader!.ReloadAsync(cancellationToken);
    }

    /// <summary>Sets a label of <c>/v1.0/metadata</c>, e.g. <c>appPID</c>; after the start.</summary>
    public void SetLabel(string name, string value) => _metadata?.SetLabel(name, value);

    /// <summary>Loads the resources, connects the components and listens; the app need not be there yet. Throws <see cref="SidecarStartException"/> with all that is wrong.</summary>
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        try
        {
            if (SidecarOptionsValidation.Validate(Options).ToList() is { Count: > 0 } problems)
            {
                throw new SidecarStartException(Options.AppId, problems);
            }

            var loaded = await new ResourceLoader(Options).LoadAsync(cancellationToken);
            ComposeOrExplain(loaded);
            await StartBlocksAsync(cancellationToken);
            await _endpoints!.StartAsync(cancellationToken);
            await (_peers?.StartAsync(cancellationToken) ?? Task.CompletedTask);
            _isStarted = true;
            LogListening(Options.AppId, HttpPort, GrpcPort);
            _monitor!.Start();
            _readying = BecomeReadyAsync();
        }
        catch
        {
            await DisposeAsync();
            throw;
        }
    }

    /// <summary>Completes when the sidecar is ready (see <see cref="IsReady"/>); fails when the app's subscriptions could not be started.</summary>
    public Task WaitUntilReadyAsync(CancellationToken cancellationToken) => _ready.Task.WaitAsync(cancellationToken);

    /// <summary>Ends deliveries to the app while its API stays up, so that the app can finish; at most <see cref="SidecarOptions.GracefulShutdown"/>.</summary>
    public Task DrainAsync(CancellationToken cancellationToken) => _draining ??= DrainBlocksAsync(cancellationToken);

    /// <summary>Takes no new calls, waits for what is under way (<see cref="SidecarOptions.GracefulShutdown"/>), flushes, closes.</summary>
    public Task StopAsync(CancellationToken cancellationToken) => _stop ??= StopOnceAsync(cancellationToken);

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        await StopAsync(CancellationToken.None);
        _stopping.Dispose();
    }

    private void ComposeOrExplain(LoadedResources loaded)
    {
        try
        {
            Compose(loaded);
        }
        catch (ComponentException exception)
        {
            throw new SidecarStartException(Options.AppId, [exception.Message]);
        }
    }

    private void Compose(LoadedResources loaded)
    {
        var configuration = loaded.Resources.Configuration;
        ISpanExporter[] exporters = configuration.SamplingRate > 0
            ? [.. SpanCollector.Of(configuration).Select(collector => new SpanExporter(collector, Options.AppId, Options.Time, Options.Loggers.CreateLogger<SpanExporter>()))]
            : [];
        var tracing = new Tracing(configuration, exporters, Options.Time);
        var metrics = new SidecarMetrics(Options.AppId, configuration.Metrics, Options.MetricsPort is not null);
        var serviceMetrics = new ServiceMetrics(metrics);
        var grpc = new GrpcApp(Options, serviceMetrics);
        _monitor = new AppMonitor(Options, metrics, grpc);
        var app = new AppChannel(Options, _monitor, grpc, metrics);
        _ownedSync.AddRange([app, grpc]);
        _owned.AddRange([_monitor, .. exporters]);
        var resiliency = new ReloadableResiliency(loaded, metrics, Options.Time);
        _services = new RuntimeServices
        {
            Options = Options,
            Resources = loaded.Resources,
            SecretStores = new ExchangeableMap<Secrets.ISecretStore>(loaded.SecretStores),
            App = app,
            GrpcApp = Options is { IsGrpcApp: true, AppPort: not null } ? grpc : null,
            Resiliency = new FaultyResiliency(resiliency, FaultInjection.Of(Options.Run), Options.AppId, Options.Time),
            Tracing = tracing,
            Blocks = _blocks,
            Metrics = metrics,
            ActorMetrics = new ActorMetrics(metrics),
            ServiceMetrics = serviceMetrics,
            ComponentMetrics = new ComponentMetrics(metrics, Options.Environment.GetValueOrDefault("NAMESPACE", "")),
            WorkflowMetrics = new WorkflowMetrics(metrics, Options.Environment.GetValueOrDefault("NAMESPACE", ""), Options.MaxBodySize),
            ErrorCodeMetrics = new ErrorCodeMetrics(metrics, configuration.Metrics.RecordErrorCodes),
        };
        _reloader = new ResourceReloader(Options, _services, resiliency, Options.Loggers.CreateLogger<ResourceReloader>());
        _callee = new Callee(Options.AppId, app, grpc, new AccessControl(configuration.AccessControl, serviceMetrics), tracing, serviceMetrics);
        if (Options.Peers is { } addresses)
        {
            _peers = new PeerLink(Options, addresses, _callee, tracing);
            AppRegistry.Of(Options.Run).Elsewhere = _peers.Find;
        }

        ComposeApis(_services, _callee);
    }

    private void ComposeApis(RuntimeServices services, Callee callee)
    {
        CreateBlocks(services);

        var invoker = new Invoker(services, callee, AppRegistry.Of(Options.Run));
        _ownedSync.Add(invoker);
        _metadata = new RuntimeMetadata(services, _blocks, () => _ready.Task.IsCompleted);
        var metadata = new MetadataApi(_metadata);
        var health = new HealthApi(Options.AppId, () => IsReady && IsSound, () => _isStarted && IsSound && !_stopping.IsCancellationRequested, () => _blocks.SelectMany(block => block.Problems));
        var shutdown = new ShutdownApi(Shutdown);
        var configuration = services.Resources.Configuration;
        var middleware = _blocks.OfType<MiddlewareBuildingBlock>().Single();
        if (services.App is AppChannel app && middleware.Build("appHttpPipeline", configuration.AppHttpPipeline) is { } pipeline)
        {
            app.Pipeline = new AppPipeline(pipeline);
        }

        var http = new HttpDispatcher(
            [.. _blocks.SelectMany(block => block.HttpApis), metadata, health, shutdown],
            new InvocationApi(services, invoker),
            new ApiAccess(configuration.AllowedApis, configuration.DeniedApis),
            services,
            Options,
            middleware.Build("httpPipeline", configuration.HttpPipeline));
        var grpc = new GrpcDispatcher(
            CreateGrpcServer(services, invoker),
            new GrpcProxy(services, callee, AppRegistry.Of(Options.Run)),
            new ApiToken(Options.ApiToken),
            new GrpcApiAccess(configuration.AllowedApis, configuration.DeniedApis),
            services);
        _endpoints = new SidecarEndpoints(Options, http, grpc, new PublicDispatcher(health, metadata), new MetricsEndpoint(services.Metrics));
    }

    private void CreateBlocks(RuntimeServices services)
    {
        var problems = new List<string>();
        foreach (var create in BuildingBlocks.Factories)
        {
            try
            {
                _blocks.Add(create(services));
            }
            catch (ComponentException exception)
            {
                problems.Add(exception.Message);
            }
        }

        if (problems.Count > 0)
        {
            throw new SidecarStartException(Options.AppId, problems);
        }
    }

    private Func<Task> Shutdown => Options.ShutdownRequested ?? (() => StopAsync(CancellationToken.None));

    private GrpcServer CreateGrpcServer(RuntimeServices services, Invoker invoker) => new(
        [
            .. _blocks.SelectMany(block => block.GrpcApis),
            new InvokeGrpcApi(new GrpcInvocation(services, invoker)),
            new MetadataGrpcApi(_metadata!, Shutdown),
        ],
        new GrpcServerOptions { MaxMessageSize = (int)Options.MaxKeptBody },
        services.Time,
        services.Loggers.CreateLogger<GrpcServer>());

    private async Task StartBlocksAsync(CancellationToken cancellationToken)
    {
        var problems = new List<string>();
        foreach (var block in _blocks)
        {
            try
            {
                await block.StartAsync(cancellationToken);
            }
            catch (ComponentException exception)
            {
                problems.Add(exception.Message);
            }
        }

        if (!AppRegistry.Of(Options.Run).TryAdd(Options.AppId, Options.Instance, _callee!))
        {
            problems.Add($"app id '{Options.AppId}' runs already; give each app an id of its own");
        }

        if (problems.Count > 0)
        {
            throw new SidecarStartException(Options.AppId, problems);
        }

        foreach (var component in _services!.Resources.Components.Where(component => !_services.ServiceMetrics.HasFailed(component.Name)))
        {
            _services.ServiceMetrics.ComponentInitialised(component.Type);
        }
    }

    private async Task BecomeReadyAsync()
    {
        try
        {
            if (Options.AppPort is not null)
            {
                await _monitor!.WaitUntilAvailableAsync(_stopping.Token);
                await AskConfigurationAsync(_stopping.Token);
                foreach (var block in _blocks)
                {
                    await block.AppReadyAsync(_stopping.Token);
                }
            }

            _reloader!.Watch();
            LogReady(Options.AppId);
            _ready.TrySetResult();
        }
        catch (OperationCanceledException) when (_stopping.IsCancellationRequested)
        {
            _ready.TrySetCanceled(CancellationToken.None);
        }
        catch (Exception exception)
        {
            LogNotReady(Options.AppId, exception);
            _ready.TrySetException(exception);
        }
    }

    // Actors are declared there; apps count on being asked, in this order.
    private async Task AskConfigurationAsync(CancellationToken cancellationToken)
    {
        if (Options.IsGrpcApp || Options.DisabledInitEndpoints.Contains("config", StringComparer.OrdinalIgnoreCase))
        {
            return;
        }

        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri("/dapr/config", UriKind.Relative)) { Content = new ByteArrayContent([]) };
        request.Content.Headers.TryAddWithoutValidation("Content-Type", "application/json");
        request.Headers.TryAddWithoutValidation("dapr-app-id", Options.AppId);
        try
        {
            using var response = await _services!.App.SendAsync(request, cancellationToken);
            await TellConfigurationAsync(response, cancellationToken);
        }
        catch (HttpRequestException exception)
        {
            LogNoConfiguration(Options.AppId, exception.Message);
        }
    }

    private async Task TellConfigurationAsync(HttpResponseMessage response, CancellationToken cancellationToken)
    {
        if (response.StatusCode != System.Net.HttpStatusCode.OK)
        {
            return;
        }

        using var configuration = GoJson.Decode(await response.Content.ReadAsByteArrayAsync(cancellationToken), out var error);
        if (error is not null and not "EOF")
        {
            LogNoConfiguration(Options.AppId, error);
        }

        foreach (var block in configuration is null ? [] : _blocks)
        {
            await block.AppConfiguredAsync(configuration!.RootElement, cancellationToken);
        }
    }
}
