namespace Sidecar.PubSub;

/// <summary>A message as a broker carries it.</summary>
/// <param name="Topic">The topic.</param>
/// <param name="Data">The event.</param>
/// <param name="Metadata">The metadata of the publish request, carried along.</param>
internal sealed record BrokerMessage(string Topic, ReadOnlyMemory<byte> Data, IReadOnlyDictionary<string, string> Metadata);

/// <summary>What became of a message that a broker handed to its subscriber.</summary>
internal enum DeliveryOutcome
{
    /// <summary>Worked, or settled in another way (dropped on the app's word, dead-lettered): the broker may forget it.</summary>
    Done,

    /// <summary>Failed and settled nowhere: the broker must deliver it again.</summary>
    Failed,

    /// <summary>Not finished because the sidecar stops: the broker keeps it for whoever comes next.</summary>
    Abandoned,
}

/// <summary>
/// A message broker. At least once: a message is forgotten only after <see cref="DeliveryOutcome.Done"/>. Subscribers with the
/// same consumer id share a topic's messages. Broken infrastructure throws.
/// </summary>
internal interface IPubSubBroker : IAsyncDisposable
{
    /// <summary>Dapr's words for what the broker can do, as <c>/v1.0/metadata</c> lists them.</summary>
    IReadOnlyList<string> Capabilities { get; }

    /// <summary>True when the broker itself drops messages after <c>ttlInSeconds</c>.</summary>
    bool ExpiresMessages => false;

    /// <summary>True when it hands a subscription the next message only after the one before is settled.</summary>
    bool DeliversOneByOne => false;

    /// <summary>Why the broker cannot be used at present; null while it can.</summary>
    string? Problem => null;

    /// <summary>Connects. Throws <see cref="Components.ComponentException"/>.</summary>
    Task StartAsync(CancellationToken cancellationToken);

    /// <summary>Publishes; when it returns, the broker has the message.</summary>
    Task PublishAsync(BrokerMessage message, CancellationToken cancellationToken);

    /// <summary>Starts deliveries of a topic. The handler's token is cancelled when a stop cannot wait any longer.</summary>
    Task<IBrokerSubscription> SubscribeAsync(string topic, Func<BrokerMessage, CancellationToken, Task<DeliveryOutcome>> handler, CancellationToken cancellationToken);
}

/// <summary>A running subscription. Disposing it stops at once.</summary>
internal interface IBrokerSubscription : IAsyncDisposable
{
    /// <summary>Takes no new messages and waits for those in the handler until the token is cancelled; then they are abandoned.</summary>
    Task DrainAsync(CancellationToken cancellationToken);
}
