namespace ServiceDefaults;

/// <summary>Work to be done after a transaction, written in it.</summary>
/// <param name="Kind">Which <see cref="IOutboxHandler"/> does it.</param>
/// <param name="Topic">For events: the topic.</param>
/// <param name="Type">What it is, e.g. `order.created`.</param>
/// <param name="AggregateId">Entries of one aggregate and kind are handled in the order they were written.</param>
/// <param name="Version">The aggregate's version.</param>
/// <param name="Data">Becomes JSON.</param>
public sealed record OutboxEntry(string Kind, string Topic, string Type, string AggregateId, long Version, object? Data)
{
    /// <summary>The kind that is published to the component `pubsub`.</summary>
    public const string EventKind = "event";

    /// <summary>A domain event. Its data get the members `tenantId` and `version` in addition.</summary>
    public static OutboxEntry Event(string topic, string type, string aggregateId, long version, object data) => new(EventKind, topic, type, aggregateId, version, data);

    /// <summary>A domain event. Its data get the members `tenantId` and `version` in addition.</summary>
    public static OutboxEntry Event(string topic, string type, Guid aggregateId, long version, object data) => Event(topic, type, aggregateId.ToString(), version, data);
}
