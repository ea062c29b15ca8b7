using Microsoft.Extensions.Logging;
using Sidecar.PubSub;
using Sidecar.State;

namespace Sidecar.Outbox;

/// <summary>The transactional outbox: joins state components that have one with the pub/sub components that carry its events.</summary>
internal sealed partial class OutboxBuildingBlock : IBuildingBlock
{
    private readonly RuntimeServices _services;
    private readonly ILogger _logger;
    private readonly List<(LoadedStateStore Store, OutboxOptions Options, string Topic, OutboxRelay Relay)> _outboxes = [];

    private OutboxBuildingBlock(RuntimeServices services)
    {
        _services = services;
        _logger = services.Loggers.CreateLogger("Sidecar.Outbox");
        foreach (var spec in services.ComponentsOf("state"))
        {
            if (OutboxOptions.From(spec) is { } options && services.StateStores.TryGetValue(spec.Name, out var store))
            {
                Join(store, options);
            }
        }
    }

    private PubSubBuildingBlock PubSub => _services.Blocks.OfType<PubSubBuildingBlock>().Single();

    public static IBuildingBlock Create(RuntimeServices services) => new OutboxBuildingBlock(services);

    public async Task StartAsync(CancellationToken cancellationToken)
    {
        // Not for the app: what was committed before a crash goes out before it is there, too.
        foreach (var (store, options, topic, relay) in _outboxes)
        {
            if (_services.StateStores.ContainsValue(store) && !await PubSub.SubscribeInternallyAsync(options.PubSub, topic, relay.HandleAsync, cancellationToken))
            {
                LogUnknown(options.PublishTopic, options.PubSub);
            }
        }
    }

    // The subscriptions end with the pub/sub components.
    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    private void Join(LoadedStateStore store, OutboxOptions options)
    {
        var topic = options.InternalTopic(_services.AppId, _services.Namespace.Length > 0 ? _services.Namespace : "default");
        var transactions = _services.Run.GetOrAdd($"outbox {_services.AppId} {store.Name}", () => new OutboxTransactions());
        store.Outbox = new StateOutbox(options, _services.AppId, topic, FindBroker, transactions, _services.Time);
        _outboxes.Add((store, options, topic, new OutboxRelay(options, store.Store, FindBroker, transactions, _services.Time, _logger)));
    }

    private LoadedBroker? FindBroker(string name) => PubSub.Find(name);

    [LoggerMessage(3641, LogLevel.Warning, "The outbox of topic {Topic} names the unknown pub/sub component {PubSub}; transactions that save something will be refused")]
    private partial void LogUnknown(string topic, string pubSub);
}
