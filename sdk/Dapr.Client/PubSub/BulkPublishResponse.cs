namespace Dapr.Client;

/// <summary>The outcome of a bulk publish.</summary>
public class BulkPublishResponse<TValue>
{
    /// <summary>Creates the outcome.</summary>
    public BulkPublishResponse(List<BulkPublishResponseFailedEntry<TValue>> failedEntries)
    {
        FailedEntries = failedEntries;
    }

    /// <summary>The entries that were not published; empty when all were.</summary>
    public List<BulkPublishResponseFailedEntry<TValue>> FailedEntries { get; }
}
