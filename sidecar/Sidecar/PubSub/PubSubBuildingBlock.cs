using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;
using Sidecar.Api.Grpc;
using Sidecar.Api.Grpc.Services;
using Sidecar.Api.Http;
using Sidecar.Cel;
using Sidecar.Components;
using Sidecar.Faults;
using Sidecar.Metadata;
using Sidecar.Reloading;

namespace Sidecar.PubSub;

/// <summary>Publish and subscribe: the pub/sub components of a sidecar, their API, and the deliveries to the app.</summary>
internal sealed partial class PubSubBuildingBlock : IBuildingBlock
{
    private readonly RuntimeServices _services;
    private readonly ILogger _logger;
    private readonly ComponentSet<LoadedBroker> _brokers;
    private readonly IAppDelivery _app;
    private readonly TopicConsumers _running;
    private readonly SharedIntake _intake;
    private readonly SubscriptionDiscovery _discovery;
    private readonly ConcurrentDictionary<Subscription, TopicConsumer> _streams = new(ReferenceEqualityComparer.Instance);

    // Held by whoever starts or stops subscriptions, by a reload from its preparation until it is taken or given up: none starts on a broker that is being exchanged.
    private readonly SemaphoreSlim _turn = new(1);

    // The sidecar's own consumers: wanted at every reload, whether their component is there or not.
    private volatile IReadOnlyList<TopicConsumer> _permanent = [];
    private IReadOnlyList<(string Key, Subscription Subscription)> _declared;
    private IReadOnlyList<Subscription>? _own;
    private volatile IReadOnlyList<Subscription> _active = [];

    private PubSubBuildingBlock(RuntimeServices services)
    {
        _services = services;
        _logger = services.Loggers.CreateLogger("Sidecar.PubSub");
        _running = new TopicConsumers(services.Options.GracefulShutdown, services.Time);
        _discovery = new SubscriptionDiscovery(services, _logger);
        _intake = new SharedIntake(services, token => InTurnAsync(() => _running.SuspendAsync(_active), token), token => InTurnAsync(() => SubscribeAllAsync(token), token), _logger);
        var life = new ComponentLife<LoadedBroker>(Load, broker => broker.Spec, (broker, token) => broker.Broker.StartAsync(token), broker => broker.Usage, broker => broker.Broker.DisposeAsync());
        _brokers = new ComponentSet<LoadedBroker>(services.ComponentsOf("pubsub"), life, services);
        _declared = Declared(services.Resources, []);
        _active = [.. _declared.Select(declared => declared.Subscription)];
        _app = WithFaults(services.GrpcApp is { } grpc
            ? new GrpcAppDelivery(grpc, services.Tracing, services.Time, NewId)
            : new AppDelivery(services.App, services.Tracing, services.Time, NewId));
        var publisher = new Publisher(_brokers, services.AppId, services.Time, NewId);
        HttpApis = [new PublishHttpApi(publisher, services.Tracing)];
        GrpcApis = [new PublishGrpcApi(publisher, services.Tracing), new SubscribeGrpcApi(this)];
    }

    public IEnumerable<IHttpApi> HttpApis { get; }

    public IEnumerable<IGrpcApi> GrpcApis { get; }

    public IEnumerable<LoadedComponent> LoadedComponents =>
        _brokers.Values.Select(broker => new LoadedComponent(broker.Name, broker.Spec.Type, broker.Spec.Version, broker.Broker.Capabilities));

    public IEnumerable<ActiveSubscription> ActiveSubscriptions => _active.Concat(_streams.Keys).Select(subscription => subscription.ToActive());

    /// <summary>Components that cannot be used at present, with the reason.</summary>
    public IEnumerable<KeyValuePair<string, string>> Problems =>
        _brokers.Values.Where(broker => broker.Broker.Problem is not null).Select(broker => KeyValuePair.Create(broker.Name, broker.Broker.Problem!));

    public static IBuildingBlock Create(RuntimeServices services) => new PubSubBuildingBlock(services);

    /// <inheritdoc />
    public IEnumerable<string> ReloadedKinds => ["pubsub"];

    public Task StartAsync(CancellationToken cancellationToken) => _brokers.StartAsync(cancellationToken);

    public async Task AppReadyAsync(CancellationToken cancellationToken)
    {
        var own = _brokers.Count == 0 ? null : await _discovery.AskAsync(cancellationToken);
        await InTurnAsync(
            () =>
            {
                (_own, _active) = (own, Active(_declared, own ?? []));
                return SubscribeAllAsync(cancellationToken);
            },
            cancellationToken);
        _intake.Start();
    }

    /// <inheritdoc />
    public async Task<ReloadStep?> PrepareReloadAsync(ResourceReload reload, CancellationToken cancellationToken)
    {
        await _turn.WaitAsync(cancellationToken);
        try
        {
            var prepared = await PrepareInTurnAsync(reload, cancellationToken);
            return ReloadStep.All(prepared, new ReloadStep(() => _turn.Release(), ReleaseAsync, _ => Task.CompletedTask));
        }
        catch
        {
            _turn.Release();
            throw;
        }
    }

    /// <summary>Whether there is a component of that name.</summary>
    public bool Has(string pubSub) => _brokers.ContainsKey(pubSub);

    /// <summary>The component of that name, or null.</summary>
    public LoadedBroker? Find(string pubSub) => _brokers.GetValueOrDefault(pubSub);

    /// <summary>
    /// Has a topic delivered to a part of the sidecar itself rather than to the app, from now on, whenever the component is there; false when it is
    /// not at present.
    /// </summary>
    public async Task<bool> SubscribeInternallyAsync(string pubSub, string topic, Func<BrokerMessage, CancellationToken, Task<DeliveryOutcome>> handler, CancellationToken cancellationToken)
    {
        var consumer = new TopicConsumer(handler, pubSub, topic, _ => handler) { IsScoped = false };
        var isThere = false;
        await InTurnAsync(
            async () =>
            {
                _permanent = [.. _permanent, consumer];
                if (Find(pubSub) is { } broker)
                {
                    await _running.AddAsync(consumer, broker, cancellationToken);
                    isThere = true;
                }
            },
            cancellationToken);
        return isThere;
    }

    /// <summary>Starts the deliveries of a subscription that a client holds open; the problem when that cannot be.</summary>
    public async Task<string?> OpenStreamAsync(Subscription subscription, IAppDelivery client, CancellationToken cancellationToken)
    {
        string? problem = null;
        await InTurnAsync(async () => problem = await OpenInTurnAsync(subscription, WithFaults(client), cancellationToken), cancellationToken);
        return problem;
    }

    /// <summary>Ends a stream's deliveries; what was not answered goes back to the broker.</summary>
    public Task CloseStreamAsync(Subscription subscription)
    {
        _streams.TryRemove(subscription, out _);
        return _running.RemoveAsync(subscription);
    }

    public async Task DrainAsync(CancellationToken cancellationToken)
    {
        await _intake.StopAsync();
        await _running.DrainAsync(cancellationToken);
    }

    public async ValueTask DisposeAsync()
    {
        await _intake.DisposeAsync();
        await _running.DisposeAsync();
        await _brokers.DisposeAsync();
        _turn.Dispose();
    }

    // One subscription to a topic: of those declared the first, and the app's own in its place, of which the last counts.
    private static IReadOnlyList<Subscription> Active(IReadOnlyList<(string Key, Subscription Subscription)> declared, IReadOnlyList<Subscription> own)
    {
        var active = new OrderedDictionary<(string PubSub, string Topic), Subscription>();
        foreach (var (_, subscription) in declared)
        {
            active.TryAdd((subscription.PubSub, subscription.Topic), subscription);
        }

        foreach (var subscription in own)
        {
            active[(subscription.PubSub, subscription.Topic)] = subscription;
        }

        return [.. active.Values];
    }

    // One that is declared as before is the same subscription: it goes on.
    private static IReadOnlyList<(string Key, Subscription Subscription)> Declared(AppResources resources, IReadOnlyList<(string Key, Subscription Subscription)> before)
    {
        var known = before.GroupBy(one => one.Key, StringComparer.Ordinal).ToDictionary(group => group.Key, group => group.First().Subscription, StringComparer.Ordinal);
        return [.. resources.Subscriptions.Select(spec => (ResourceReload.KeyOf(spec), known.GetValueOrDefault(ResourceReload.KeyOf(spec)) ?? Declared(spec)))];
    }

    private async Task<ReloadStep> PrepareInTurnAsync(ResourceReload reload, CancellationToken cancellationToken)
    {
        var declared = Declared(reload.After, _declared);
        var (next, step) = await _brokers.PrepareAsync(reload.ComponentsOf("pubsub"), cancellationToken);
        try
        {
            var own = _own ?? (next.Count == 0 || _services.Options.AppPort is null ? null : await _discovery.AskAsync(cancellationToken));
            var active = Active(declared, own ?? []);
            var moves = await _running.PrepareAsync(Wanted(active), next, cancellationToken);
            return ReloadStep.All(moves, step, ReloadStep.OnCommit(() => (_declared, _own, _active) = (declared, own, active)));
        }
        catch
        {
            await step.Abort();
            throw;
        }
    }

    // A suspended instance leaves the app's messages to the others until it resumes.
    private IReadOnlyList<TopicConsumer> Wanted(IReadOnlyList<Subscription> active) =>
    [
        .. _services.Options.AppPort is null || _intake.IsSuspended ? [] : active.Select(ToApp),
        .. _permanent,
        .. _streams.Values,
    ];

    private async Task<string?> OpenInTurnAsync(Subscription subscription, IAppDelivery client, CancellationToken cancellationToken)
    {
        if (Find(subscription.PubSub) is not { } broker)
        {
            return $"pubsub '{subscription.PubSub}' not found";
        }

        if (!broker.Scopes.MaySubscribe(subscription.Topic))
        {
            return $"subscription to topic '{subscription.Topic}' on pubsub '{subscription.PubSub}' is not allowed";
        }

        var consumer = new TopicConsumer(subscription, subscription.PubSub, subscription.Topic, loaded => new TopicDelivery(subscription, loaded, client, _logger, _services.Time, NewId).HandleAsync)
        {
            IsWanted = () => _streams.ContainsKey(subscription),
        };
        await _running.AddAsync(consumer, broker, cancellationToken);
        _streams[subscription] = consumer;
        LogSubscribed(subscription.PubSub, subscription.Topic);
        return null;
    }

    private async Task InTurnAsync(Func<Task> action, CancellationToken cancellationToken)
    {
        await _turn.WaitAsync(cancellationToken);
        try
        {
            await action();
        }
        finally
        {
            _turn.Release();
        }
    }

    private Task ReleaseAsync()
    {
        _turn.Release();
        return Task.CompletedTask;
    }

    private TopicConsumer ToApp(Subscription subscription) => new(
        subscription,
        subscription.PubSub,
        subscription.Topic,
        broker => new TopicDelivery(subscription, broker, _app, _logger, _services.Time, NewId, _services.App.WaitUntilAvailableAsync).HandleAsync);

    private FaultyDelivery WithFaults(IAppDelivery delivery) => new(delivery, FaultInjection.Of(_services.Run), _services.AppId, _services.Time);

    private static string NewId() => Guid.NewGuid().ToString();

    private LoadedBroker Load(ComponentSpec spec)
    {
        var type = PubSubTypes.All.First(type => type.Name.Equals(spec.Type, StringComparison.OrdinalIgnoreCase));
        return new LoadedBroker(
            spec,
            type.Create(spec, _services.ComponentContext),
            TopicScopes.From(spec, _services.AppId),
            _services.Resiliency.ForComponentOutbound(spec.Name),
            _services.Resiliency.ForComponentInbound(spec.Name),
            _services.ComponentMetrics);
    }

    private static Subscription Declared(SubscriptionSpec spec)
    {
        try
        {
            return Subscription.From(spec, "DECLARATIVE");
        }
        catch (CelSyntaxException exception)
        {
            throw new ComponentException($"{spec.File}: subscription '{spec.Name}': a rule's match is no CEL expression: {exception.Message}", exception);
        }
    }

    // Those that run already go on.
    private async Task SubscribeAllAsync(CancellationToken cancellationToken)
    {
        foreach (var subscription in _active.Where(subscription => !_running.Has(subscription)))
        {
            await SubscribeAsync(subscription, cancellationToken);
        }
    }

    private async Task SubscribeAsync(Subscription subscription, CancellationToken cancellationToken)
    {
        if (!_brokers.TryGetValue(subscription.PubSub, out var broker))
        {
            LogUnknown(subscription.Topic, subscription.PubSub, string.Join(", ", _brokers.Keys));
            return;
        }

        if (!broker.Scopes.MaySubscribe(subscription.Topic))
        {
            LogForbidden(subscription.Topic, subscription.PubSub);
            return;
        }

        await _running.AddAsync(ToApp(subscription), broker, cancellationToken);
        LogSubscribed(subscription.PubSub, subscription.Topic);
    }

    [LoggerMessage(3401, LogLevel.Information, "Subscribed to {PubSub}/{Topic}")]
    private partial void LogSubscribed(string pubSub, string topic);

    [LoggerMessage(3402, LogLevel.Error, "The subscription to topic {Topic} names the unknown pub/sub component {PubSub}; known are: {Known}")]
    private partial void LogUnknown(string topic, string pubSub, string known);

    [LoggerMessage(3403, LogLevel.Error, "Subscription to topic {Topic} of {PubSub} is not allowed for this app")]
    private partial void LogForbidden(string topic, string pubSub);
}
