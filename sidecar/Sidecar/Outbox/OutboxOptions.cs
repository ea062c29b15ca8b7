using Sidecar.Components;

namespace Sidecar.Outbox;

/// <summary>The outbox settings of a state component.</summary>
/// <param name="PublishPubSub">Where the app's subscribers get the events; metadata <c>outboxPublishPubsub</c>.</param>
/// <param name="PublishTopic">Their topic; metadata <c>outboxPublishTopic</c>.</param>
/// <param name="PubSub">What carries an event until its transaction is committed; metadata <c>outboxPubsub</c>, default <paramref name="PublishPubSub"/>.</param>
/// <param name="DiscardWhenMissingState">Whether an event whose transaction is not found is given up rather than tried again; metadata <c>outboxDiscardWhenMissingState</c>, default false.</param>
internal sealed record OutboxOptions(string PublishPubSub, string PublishTopic, string PubSub, bool DiscardWhenMissingState)
{
    /// <summary>The metadata fields, for the state components' types.</summary>
    public static IEnumerable<MetadataField> Fields { get; } =
        [new("outboxPublishPubsub"), new("outboxPublishTopic"), new("outboxPubsub"), new("outboxDiscardWhenMissingState")];

    /// <summary>The settings; null when the component has no outbox, which needs a component and a topic.</summary>
    public static OutboxOptions? From(ComponentSpec spec) =>
        spec["outboxPublishPubsub"] is { } pubSub && spec["outboxPublishTopic"] is { } topic
            ? new OutboxOptions(pubSub, topic, spec["outboxPubsub"] ?? pubSub, new MetadataReader(spec).Boolean("outboxDiscardWhenMissingState", fallback: false))
            : null;

    /// <summary>The topic that carries events until their transaction is committed.</summary>
    public string InternalTopic(string appId, string namespaceName) => $"{namespaceName}{appId}{PublishTopic}outbox";
}
