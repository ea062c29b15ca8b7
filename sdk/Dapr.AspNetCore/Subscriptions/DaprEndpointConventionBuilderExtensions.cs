using Dapr;
using Dapr.AspNetCore;

namespace Microsoft.AspNetCore.Builder;

/// <summary>Subscribes endpoints to topics.</summary>
public static class DaprEndpointConventionBuilderExtensions
{
    /// <summary>Subscribes the endpoint to a topic.</summary>
    public static T WithTopic<T>(this T builder, string pubsubName, string name)
        where T : IEndpointConventionBuilder => Add(builder, new TopicAttribute(pubsubName, name), null);

    /// <summary>Subscribes the endpoint to a topic with metadata.</summary>
    public static T WithTopic<T>(this T builder, string pubsubName, string name, IDictionary<string, string> metadata)
        where T : IEndpointConventionBuilder => Add(builder, new TopicAttribute(pubsubName, name), metadata);

    /// <summary>Subscribes the endpoint to a topic, raw or not.</summary>
    public static T WithTopic<T>(this T builder, string pubsubName, string name, bool enableRawPayload)
        where T : IEndpointConventionBuilder => Add(builder, new TopicAttribute(pubsubName, name, enableRawPayload), null);

    /// <summary>Subscribes the endpoint to a topic, raw or not, with metadata.</summary>
    public static T WithTopic<T>(this T builder, string pubsubName, string name, bool enableRawPayload, IDictionary<string, string> metadata)
        where T : IEndpointConventionBuilder => Add(builder, new TopicAttribute(pubsubName, name, enableRawPayload), metadata);

    /// <summary>Subscribes the endpoint to a topic.</summary>
    public static T WithTopic<T>(this T builder, TopicOptions topicOptions)
        where T : IEndpointConventionBuilder
    {
        ArgumentNullException.ThrowIfNull(topicOptions);
        var topic = new TopicAttribute(topicOptions.PubsubName!, topicOptions.Name!, topicOptions.EnableRawPayload, topicOptions.OwnedMetadatas, topicOptions.MetadataSeparator)
        {
            Match = topicOptions.Match,
            Priority = topicOptions.Priority,
            DeadLetterTopic = topicOptions.DeadLetterTopic,
        };
        return Add(builder, topic, topicOptions.Metadata);
    }

    /// <summary>Takes the events of a topic in bulk.</summary>
    public static T WithBulkSubscribe<T>(this T builder, BulkSubscribeTopicOptions bulkSubscribeTopicOptions)
        where T : IEndpointConventionBuilder
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentNullException.ThrowIfNull(bulkSubscribeTopicOptions);
        builder.WithMetadata(new BulkSubscribeAttribute(
            bulkSubscribeTopicOptions.TopicName!, bulkSubscribeTopicOptions.MaxMessagesCount, bulkSubscribeTopicOptions.MaxAwaitDurationMs));
        return builder;
    }

    private static T Add<T>(T builder, TopicAttribute topic, IDictionary<string, string>? metadata)
        where T : IEndpointConventionBuilder
    {
        ArgumentNullException.ThrowIfNull(builder);
        builder.WithMetadata(topic);
        foreach (var (name, value) in metadata ?? new Dictionary<string, string>())
        {
            builder.WithMetadata(new TopicMetadataAttribute(name, value));
        }

        return builder;
    }
}
