using Microsoft.Extensions.Logging;
using Sidecar.Api.Grpc;
using Sidecar.Api.Grpc.Services;
using Sidecar.Api.Http;
using Sidecar.Components;
using Sidecar.Faults;
using Sidecar.Metadata;
using Sidecar.Redis;
using Sidecar.State.PostgreSql;
using Sidecar.Workflows.Engine;
using Sidecar.Workflows.Postgres;
using Sidecar.Workflows.Redis;
using Sidecar.Workflows.Store;

namespace Sidecar.Workflows;

/// <summary>Workflows of an app: the engine over the state component with <c>actorStateStore: "true"</c>, and its two APIs.</summary>
internal sealed class WorkflowBuildingBlock : IBuildingBlock
{
    internal const string NoStore =
        "the state store is not configured to use the actor runtime. Have you set the - name: actorStateStore value: \"true\" in your state store component file?";

    private static readonly string[] InternalTypes = ["activity", "retentioner", "workflow"];

    private readonly RuntimeServices _services;
    private readonly Func<IWorkflowStore>? _store;
    private WorkflowEngine? _engine;

    private WorkflowBuildingBlock(RuntimeServices services)
    {
        _services = services;
        _store = CreateStore(services);
        HttpApis = [new WorkflowHttpApi(() => _engine is null ? null : new WorkflowOperations(_engine), services.Options.HasPlacement)];
        GrpcApis = [new TaskHubApi(() => Engine, new ActivityFaults(FaultInjection.Of(services.Run), services.AppId, services.Time)), new WorkflowGrpcApi(() => _engine is null ? null : new WorkflowOperations(_engine))];
    }

    public IEnumerable<IHttpApi> HttpApis { get; }

    public IEnumerable<IGrpcApi> GrpcApis { get; }

    /// <inheritdoc />
    public string? Fault => _engine?.Fault;

    /// <inheritdoc />
    public Task<IReadOnlyList<string>> WaitsAsync(CancellationToken cancellationToken) => _engine?.AllWaitsAsync(cancellationToken) ?? Task.FromResult<IReadOnlyList<string>>([]);

    /// <inheritdoc />
    public int ConnectedWorkers => _engine?.Dispatcher.Workers ?? 0;

    /// <summary>daprd runs workflows on actors of its own and lists their types while a worker is connected.</summary>
    public ActorRuntimeStatus? ActorStatus => !_services.Options.HasPlacement || ConnectedWorkers == 0
        ? null
        : new(true, true, [.. InternalTypes.Select(kind => KeyValuePair.Create($"dapr.internal.{(_services.Namespace.Length > 0 ? _services.Namespace : "default")}.{_services.AppId}.{kind}", 0))]);

    private WorkflowEngine Engine => _engine ?? throw new GrpcException(GrpcCode.FailedPrecondition, NoStore);

    public static IBuildingBlock Create(RuntimeServices services) => new WorkflowBuildingBlock(services);

    public async Task StartAsync(CancellationToken cancellationToken)
    {
        if (_store is not null)
        {
            // The instances of an app share one engine: the store has one owner, and each worker gets work whichever sidecar it is connected to.
            _engine = await SharedInRun<WorkflowEngine>.Of(_services.Run).AcquireAsync(_services.AppId, () => StartEngineAsync(_store(), cancellationToken));
        }
    }

    public Task DrainAsync(CancellationToken cancellationToken) => _engine?.DrainAsync(cancellationToken) ?? Task.CompletedTask;

    public async ValueTask DisposeAsync()
    {
        if (_engine is not null)
        {
            await SharedInRun<WorkflowEngine>.Of(_services.Run).ReleaseAsync(_engine);
        }
    }

    private async Task<WorkflowEngine> StartEngineAsync(IWorkflowStore store, CancellationToken cancellationToken)
    {
        try
        {
            return await WorkflowEngine.StartAsync(store, _services.AppId, OptionsOf(_services.Resources.Configuration.Workflow), EnvironmentOf(_services), cancellationToken);
        }
        catch
        {
            await store.DisposeAsync();
            throw;
        }
    }

    private static EngineEnvironment EnvironmentOf(RuntimeServices services) =>
        new(services.Time, services.Tracing, services.Loggers.CreateLogger<WorkflowEngine>())
        {
            Peers = services.Run.GetOrAdd(services.Namespace, () => new WorkflowPeers()),
            Metrics = services.WorkflowMetrics,
        };

    private static WorkflowOptions OptionsOf(WorkflowSpec spec)
    {
        var options = new WorkflowOptions { Retention = spec.Retention };
        return options with
        {
            TurnsPerWorker = Math.Min(spec.MaxConcurrentTurns ?? int.MaxValue, options.TurnsPerWorker),
            ActivitiesPerWorker = Math.Min(spec.MaxConcurrentActivities ?? int.MaxValue, options.ActivitiesPerWorker),
        };
    }

    private static Func<IWorkflowStore>? CreateStore(RuntimeServices services)
    {
        var marked = services.ComponentsOf("state").Where(spec => string.Equals(spec["actorStateStore"], "true", StringComparison.OrdinalIgnoreCase)).ToList();
        if (marked.Count > 1)
        {
            throw ComponentException.Field(marked[1], "actorStateStore", $"is also set in component '{marked[0].Name}' ({marked[0].File})", "one state component of an app may have it");
        }

        return marked switch
        {
            [] => null,
            [{ Type: "state.postgresql" } spec] => () => new PostgresWorkflowStore(services.AppId, PostgreSqlConnectionString.From(spec), services.Time, services.Loggers.CreateLogger<PostgresWorkflowStore>()),
            [{ Type: "state.in-memory" } spec] => () => new InMemoryWorkflowStore(services.AppId, services.Run.GetOrAdd($"{spec.Name}||{services.AppId}", () => new InMemoryWorkflowData())),
            [{ Type: "state.redis" } spec] => () => new RedisWorkflowStore(services.AppId, RedisOptions.From(spec), services.Time, services.Loggers.CreateLogger<RedisWorkflowStore>()),

            // Actors can live there, workflows cannot: their calls say so.
            _ => null,
        };
    }
}
