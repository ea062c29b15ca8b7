using Microsoft.Extensions.Logging;
using Sidecar.Components;
using Sidecar.PubSub;

namespace Sidecar.Outbox;

/// <summary>The transactional outbox: joins state components that have one with the pub/sub components that carry its events.</summary>
internal sealed partial class OutboxBuildingBlock : IBuildingBlock
{
    private readonly RuntimeServices _services;
    private readonly ILogger _logger;
    private readonly List<(OutboxOptions Options, string Topic, OutboxRelay Relay)> _outboxes = [];

    private OutboxBuildingBlock(RuntimeServices services)
    {
        _services = services;
        _logger = services.Loggers.CreateLogger("Sidecar.Outbox");
        foreach (var spec in services.ComponentsOf("state"))
        {
            if (OutboxOptions.From(spec) is { } options)
            {
                Join(spec, options);
            }
        }
    }

    private PubSubBuildingBlock PubSub => _services.Blocks.OfType<PubSubBuildingBlock>().Single();

    public static IBuildingBlock Create(RuntimeServices services) => new OutboxBuildingBlock(services);

    public async Task StartAsync(CancellationToken cancellationToken)
    {
        // Not for the app: what was committed before a crash goes out before it is there, too.
        foreach (var (options, topic, relay) in _outboxes)
        {
            if (!await PubSub.SubscribeInternallyAsync(options.PubSub, topic, relay.HandleAsync, cancellationToken))
            {
                LogUnknown(options.PublishTopic, options.PubSub);
            }
        }
    }

    // The subscriptions end with the pub/sub components.
    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    private void Join(ComponentSpec spec, OutboxOptions options)
    {
        var store = _services.StateStores[spec.Name];
        var topic = options.InternalTopic(_services.AppId, _services.Namespace.Length > 0 ? _services.Namespace : "default");
        var transactions = _services.Run.GetOrAdd($"outbox {_services.AppId} {spec.Name}", () => new OutboxTransactions());
        store.Outbox = new StateOutbox(options, _services.AppId, topic, FindBroker, transactions, _services.Time);
        _outboxes.Add((options, topic, new OutboxRelay(options, store.Store, FindBroker, transactions, _services.Time, _logger)));
    }

    private LoadedBroker? FindBroker(string name) => PubSub.Find(name);

    [LoggerMessage(3603, LogLevel.Warning, "The outbox of topic {Topic} names the unknown pub/sub component {PubSub}; transactions that save something will be refused")]
    private partial void LogUnknown(string topic, string pubSub);
}
