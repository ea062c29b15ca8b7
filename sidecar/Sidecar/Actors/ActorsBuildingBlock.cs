using System.Text.Json;
using Microsoft.Extensions.Logging;
using Sidecar.Api.Grpc;
using Sidecar.Api.Grpc.Services;
using Sidecar.Api.Http;
using Sidecar.Metadata;
using Sidecar.Schedules;

namespace Sidecar.Actors;

/// <summary>Actors: those of this app, and the calls of all actors of the run.</summary>
internal sealed partial class ActorsBuildingBlock : IBuildingBlock
{
    private readonly RuntimeServices _services;
    private readonly ActorDirectory _directory;
    private readonly ILogger _logger;
    private readonly List<ReminderConsumer> _consumers = [];
    private Scheduler? _scheduler;
    private ActorReminders? _reminders;
    private volatile ActorHost? _host;

    private ActorsBuildingBlock(RuntimeServices services)
    {
        _services = services;
        _logger = services.Loggers.CreateLogger<ActorsBuildingBlock>();
        _directory = ActorDirectory.Of(services.Run);
        Router = new ActorRouter(services, _directory);
        Timers = new ActorTimers(Router, services.Time, services.ActorMetrics, services.Loggers.CreateLogger<ActorTimers>());
        var store = SchedulerRegistry.ActorStore(services) is { } spec ? services.StateStores.GetValueOrDefault(spec.Name) : null;
        State = new ActorState(services, store, (type, id) => _host?.IsActive(type, id) == true);
        HttpApis = [new ActorsApi(services, () => this)];
        GrpcApis = [new ActorGrpcApi(services, () => this), new ActorCallbackGrpcApi(services, () => this)];
    }

    public ActorRouter Router { get; }

    public ActorTimers Timers { get; }

    public ActorState State { get; }

    public ActorReminders Reminders => _reminders ?? throw new InvalidOperationException("the sidecar has not started");

    public IEnumerable<IHttpApi> HttpApis { get; }

    public IEnumerable<IGrpcApi> GrpcApis { get; }

    public ActorRuntimeStatus? ActorStatus => new(
        _services.Options.HasPlacement,
        _services.Options.HasPlacement && _host is not null,
        _host is { } host ? [.. host.Types.Order(StringComparer.Ordinal).Select(type => KeyValuePair.Create(type, host.Count(type)))] : []);

    public static IBuildingBlock Create(RuntimeServices services) => new ActorsBuildingBlock(services);

    public async Task StartAsync(CancellationToken cancellationToken)
    {
        if (_services.Options.HasPlacement)
        {
            _scheduler = await SchedulerRegistry.Of(_services.Run).AcquireAsync(_services, cancellationToken);
            _reminders = new ActorReminders(_services, _scheduler, type => _host?.Hosts(type) == true);
            Timers.Start();
        }
    }

    public async Task AppConfiguredAsync(JsonElement configuration, CancellationToken cancellationToken)
    {
        var types = ActorSettings.Read(configuration, problem => LogConfiguration(_services.AppId, problem));
        if (types.Count == 0 || _scheduler is null)
        {
            return;
        }

        if (!State.Exists)
        {
            LogNoStore(_services.AppId, string.Join(", ", types.Keys));
            return;
        }

        var host = new ActorHost(_services, types);
        _host = host;
        await _directory.AddAsync(host);
        foreach (var type in types.Keys)
        {
            var consumer = new ReminderConsumer(Reminders.Target(type), type, host, Router, _services.ActorMetrics, _services.Loggers.CreateLogger<ReminderConsumer>());
            _consumers.Add(consumer);
            _scheduler.Connect(consumer);
        }
    }

    /// <summary>Adds a timer; the error, or null.</summary>
    public ApiError? AddTimer(string type, string id, string name, CallbackRequest body)
    {
        if (_host?.Hosts(type) != true)
        {
            return ActorErrors.TimerCreate($"can't create timer for actor {type}||{id}: actor type not registered");
        }

        var problem = TimerReading.Read(type, id, name, body, _services.Time.GetUtcNow(), out var timer);
        if (problem is not null)
        {
            return ActorErrors.TimerCreate(problem);
        }

        Timers.Add(timer!);
        return null;
    }

    public async Task DrainAsync(CancellationToken cancellationToken)
    {
        foreach (var consumer in _consumers)
        {
            await _scheduler!.DisconnectAsync(consumer, cancellationToken);
        }

        _consumers.Clear();
        await Timers.DisposeAsync();
        if (_host is { } host)
        {
            _directory.Remove(host);
            await host.StopAsync(cancellationToken);
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (_host is { } host)
        {
            await host.DisposeAsync();
        }

        await Timers.DisposeAsync();
        if (_scheduler is not null)
        {
            await SchedulerRegistry.Of(_services.Run).ReleaseAsync(_scheduler);
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "The configuration of app {AppId}: {Problem}")]
    private partial void LogConfiguration(string appId, string problem);

    [LoggerMessage(Level = LogLevel.Warning, Message = "App {AppId} declares actors ({Types}), but no state component has actorStateStore \"true\": they cannot be called")]
    private partial void LogNoStore(string appId, string types);
}
