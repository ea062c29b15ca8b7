namespace Dapr.AspNetCore;

/// <summary>One event of a bulk delivery.</summary>
public class BulkSubscribeMessageEntry<TValue>
{
    /// <summary>Creates an empty entry.</summary>
    public BulkSubscribeMessageEntry()
    {
    }

    /// <summary>Creates the entry.</summary>
    public BulkSubscribeMessageEntry(string entryId, string contentType, Dictionary<string, string> metadata, TValue eventData)
    {
        EntryId = entryId;
        ContentType = contentType;
        Metadata = metadata;
        Event = eventData;
    }

    /// <summary>The id by which the answer names the entry.</summary>
    public string? EntryId { get; set; }

    /// <summary>The content type of the event.</summary>
    public string? ContentType { get; set; }

    /// <summary>Metadata of the event.</summary>
    public Dictionary<string, string>? Metadata { get; set; }

    /// <summary>The event.</summary>
    public TValue? Event { get; set; }
}
