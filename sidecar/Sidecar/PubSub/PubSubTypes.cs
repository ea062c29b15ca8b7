using Sidecar.Components;
using Sidecar.PubSub.RabbitMq;
using Sidecar.Redis;

namespace Sidecar.PubSub;

/// <summary>The pub/sub components that the sidecar implements.</summary>
internal static class PubSubTypes
{
    private static readonly MetadataField[] Common = [new("publishingScopes"), new("subscriptionScopes"), new("allowedTopics"), new("protectedTopics")];

    public static IReadOnlyList<ComponentType<IPubSubBroker>> All { get; } =
    [
        new("pubsub.in-memory", ["v1"], [.. Common, new("consumerID", FieldSupport.WithoutMeaning, Note: "the app id is the consumer")], (spec, context) => new InMemoryBroker(spec, context)),
        new("pubsub.redis", ["v1"], [.. Common, .. RedisOptions.Fields, .. RedisBrokerOptions.Fields], (spec, context) => new RedisBroker(spec, context)),
        new("pubsub.rabbitmq", ["v1"], [.. Common, .. RabbitMqOptions.Fields], (spec, context) => new RabbitMqBroker(spec, context)),
    ];
}
