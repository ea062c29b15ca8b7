namespace Dapr.Client;

/// <summary>One event of a bulk publish.</summary>
public class BulkPublishEntry<TValue>
{
    /// <summary>Creates the entry.</summary>
    public BulkPublishEntry(string entryId, TValue eventData, string contentType, IReadOnlyDictionary<string, string>? metadata = null)
    {
        EntryId = entryId;
        EventData = eventData;
        ContentType = contentType;
        Metadata = metadata;
    }

    /// <summary>The id of the entry within its request: its position.</summary>
    public string EntryId { get; }

    /// <summary>The event.</summary>
    public TValue EventData { get; }

    /// <summary>The content type of the event.</summary>
    public string ContentType { get; }

    /// <summary>Metadata of the entry.</summary>
    public IReadOnlyDictionary<string, string>? Metadata { get; }
}
