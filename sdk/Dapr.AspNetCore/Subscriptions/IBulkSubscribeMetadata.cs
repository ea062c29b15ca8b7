namespace Dapr.AspNetCore;

/// <summary>An endpoint takes events of a topic in bulk.</summary>
public interface IBulkSubscribeMetadata
{
    /// <summary>The topic.</summary>
    string TopicName { get; }

    /// <summary>The most events of one delivery.</summary>
    int MaxMessagesCount { get; }

    /// <summary>How long a delivery is awaited, in milliseconds.</summary>
    int MaxAwaitDurationMs { get; }
}
