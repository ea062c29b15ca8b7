namespace Dapr.AspNetCore;

/// <summary>A bulk delivery.</summary>
public class BulkSubscribeMessage<TValue>
{
    /// <summary>Creates an empty delivery.</summary>
    public BulkSubscribeMessage()
    {
    }

    /// <summary>Creates the delivery.</summary>
    public BulkSubscribeMessage(List<BulkSubscribeMessageEntry<TValue>> entries, string topic, Dictionary<string, string> metadata)
    {
        Entries = entries;
        Topic = topic;
        Metadata = metadata;
    }

    /// <summary>The events.</summary>
    public List<BulkSubscribeMessageEntry<TValue>>? Entries { get; set; }

    /// <summary>The topic.</summary>
    public string? Topic { get; set; }

    /// <summary>Metadata of the delivery.</summary>
    public Dictionary<string, string>? Metadata { get; set; }
}
