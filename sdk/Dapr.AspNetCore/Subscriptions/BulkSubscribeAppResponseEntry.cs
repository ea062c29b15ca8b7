namespace Dapr.AspNetCore;

/// <summary>The outcome of one event of a bulk delivery.</summary>
public class BulkSubscribeAppResponseEntry
{
    /// <summary>Creates the outcome.</summary>
    public BulkSubscribeAppResponseEntry(string entryId, BulkSubscribeAppResponseStatus status)
    {
        EntryId = entryId;
        Status = status.ToString();
    }

    /// <summary>The entry.</summary>
    public string EntryId { get; }

    /// <summary>SUCCESS, RETRY or DROP.</summary>
    public string Status { get; }
}
