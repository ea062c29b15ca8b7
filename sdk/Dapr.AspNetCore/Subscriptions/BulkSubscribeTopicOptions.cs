namespace Dapr.AspNetCore;

/// <summary>Bulk delivery of a topic to an endpoint.</summary>
public class BulkSubscribeTopicOptions
{
    /// <summary>The topic.</summary>
    public string? TopicName { get; set; }

    /// <summary>The most events of one delivery; default 100.</summary>
    public int MaxMessagesCount { get; set; } = 100;

    /// <summary>How long a delivery is awaited, in milliseconds; default 1000.</summary>
    public int MaxAwaitDurationMs { get; set; } = 1000;
}
