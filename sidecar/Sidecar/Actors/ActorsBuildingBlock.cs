using System.Collections.Concurrent;
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
    private readonly ConcurrentDictionary<ActorHost, IReadOnlyList<ReminderConsumer>> _hosts = new();
    private Scheduler? _scheduler;
    private ActorReminders? _reminders;

    private ActorsBuildingBlock(RuntimeServices services)
    {
        _services = services;
        _logger = services.Loggers.CreateLogger<ActorsBuildingBlock>();
        _directory = ActorDirectory.Of(services.Run);
        Router = new ActorRouter(services, _directory);
        Timers = new ActorTimers(Router, services.Time, services.ActorMetrics, services.Loggers.CreateLogger<ActorTimers>());
        var store = SchedulerRegistry.ActorStore(services) is { } spec ? services.StateStores.GetValueOrDefault(spec.Name) : null;
        State = new ActorState(services, store, (type, id) => _hosts.Keys.Any(host => host.IsActive(type, id)));
        HttpApis = [new ActorsApi(services, () => this)];
        GrpcApis = [new ActorGrpcApi(services, () => this), new ActorCallbackGrpcApi(services, () => this), new ActorStreamGrpcApi(services, () => this)];
    }

    public ActorRouter Router { get; }

    public ActorTimers Timers { get; }

    public ActorState State { get; }

    public ActorReminders Reminders => _reminders ?? throw new InvalidOperationException("the sidecar has not started");

    public IEnumerable<IHttpApi> HttpApis { get; }

    public IEnumerable<IGrpcApi> GrpcApis { get; }

    public ActorRuntimeStatus? ActorStatus => new(
        _services.Options.HasPlacement,
        _services.Options.HasPlacement && !_hosts.IsEmpty,
        [.. _hosts.Keys.SelectMany(host => host.Types).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal).Select(type => KeyValuePair.Create(type, _hosts.Keys.Sum(host => host.Count(type))))]);

    public static IBuildingBlock Create(RuntimeServices services) => new ActorsBuildingBlock(services);

    public async Task StartAsync(CancellationToken cancellationToken)
    {
        if (_services.Options.HasPlacement)
        {
            _scheduler = await SchedulerRegistry.Of(_services.Run).AcquireAsync(_services, cancellationToken);
            _reminders = new ActorReminders(_services, _scheduler, Hosts);
            Timers.Start();
        }
    }

    public async Task AppConfiguredAsync(JsonElement configuration, CancellationToken cancellationToken)
    {
        var types = Read(configuration);
        if (types.Count == 0 || _scheduler is null)
        {
            return;
        }

        if (!State.Exists)
        {
            LogNoStore(_services.AppId, string.Join(", ", types.Keys));
            return;
        }

        await AddHostAsync(types, new HttpActorTransport(_services));
    }

    /// <summary>The actor types that an app declares; what is wrong with them is logged.</summary>
    public IReadOnlyDictionary<string, ActorSettings> Read(JsonElement configuration) =>
        ActorSettings.Read(configuration, problem => LogConfiguration(_services.AppId, problem));

    /// <summary>Hosts actors at a transport, until it is removed.</summary>
    public async Task<ActorHost> AddHostAsync(IReadOnlyDictionary<string, ActorSettings> types, IActorTransport transport)
    {
        var host = new ActorHost(_services, types, transport);
        var consumers = types.Keys.Select(type =>
            new ReminderConsumer(Reminders.Target(type), type, host, Router, _services.ActorMetrics, _services.Loggers.CreateLogger<ReminderConsumer>())).ToList();
        _hosts[host] = consumers;
        await _directory.AddAsync(host);
        consumers.ForEach(_scheduler!.Connect);
        return host;
    }

    /// <summary>Its actors leave, and live at another host of their type from now on.</summary>
    public async Task RemoveHostAsync(ActorHost host, CancellationToken cancellationToken)
    {
        if (_hosts.TryRemove(host, out var consumers))
        {
            await DrainAsync(host, consumers, cancellationToken);
            await host.DisposeAsync();
        }
    }

    /// <summary>Adds a timer; the error, or null.</summary>
    public ApiError? AddTimer(string type, string id, string name, CallbackRequest body)
    {
        if (!Hosts(type))
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
        await Timers.DisposeAsync();
        await Task.WhenAll(_hosts.Select(entry => DrainAsync(entry.Key, entry.Value, cancellationToken)));
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var host in _hosts.Keys)
        {
            if (_hosts.TryRemove(host, out _))
            {
                await host.DisposeAsync();
            }
        }

        await Timers.DisposeAsync();
        if (_scheduler is not null)
        {
            await SchedulerRegistry.Of(_services.Run).ReleaseAsync(_scheduler);
        }
    }

    private bool Hosts(string type) => _hosts.Keys.Any(host => host.Hosts(type));

    private async Task DrainAsync(ActorHost host, IReadOnlyList<ReminderConsumer> consumers, CancellationToken cancellationToken)
    {
        foreach (var consumer in consumers)
        {
            await _scheduler!.DisconnectAsync(consumer, cancellationToken);
        }

        _directory.Remove(host);
        await host.StopAsync(cancellationToken);
    }

    [LoggerMessage(4221, LogLevel.Warning, "The configuration of app {AppId}: {Problem}")]
    private partial void LogConfiguration(string appId, string problem);

    [LoggerMessage(4222, LogLevel.Warning, "App {AppId} declares actors ({Types}), but no state component has actorStateStore \"true\": they cannot be called")]
    private partial void LogNoStore(string appId, string types);
}
