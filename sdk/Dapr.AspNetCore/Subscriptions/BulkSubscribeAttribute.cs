namespace Dapr.AspNetCore;

/// <summary>Takes the events of a topic in bulk.</summary>
[AttributeUsage(AttributeTargets.All, AllowMultiple = true)]
public class BulkSubscribeAttribute : Attribute, IBulkSubscribeMetadata
{
    /// <summary>Takes up to 100 events, awaiting them for up to 1000 ms.</summary>
    public BulkSubscribeAttribute(string topicName)
        : this(topicName, 100)
    {
    }

    /// <summary>Takes up to a number of events, awaiting them for up to 1000 ms.</summary>
    public BulkSubscribeAttribute(string topicName, int maxMessagesCount)
        : this(topicName, maxMessagesCount, 1000)
    {
    }

    /// <summary>Takes up to a number of events, awaiting them for a number of milliseconds.</summary>
    public BulkSubscribeAttribute(string topicName, int maxMessagesCount, int maxAwaitDurationMs)
    {
        ArgumentException.ThrowIfNullOrEmpty(topicName);
        TopicName = topicName;
        MaxMessagesCount = maxMessagesCount;
        MaxAwaitDurationMs = maxAwaitDurationMs;
    }

    /// <inheritdoc />
    public string TopicName { get; }

    /// <inheritdoc />
    public int MaxMessagesCount { get; }

    /// <inheritdoc />
    public int MaxAwaitDurationMs { get; }
}
