namespace Dapr.Client;

/// <summary>An entry of a bulk publish that was not published.</summary>
public class BulkPublishResponseFailedEntry<TValue>
{
    /// <summary>Creates the failed entry.</summary>
    public BulkPublishResponseFailedEntry(BulkPublishEntry<TValue> entry, string errorMessage)
    {
        Entry = entry;
        ErrorMessage = errorMessage;
    }

    /// <summary>The entry.</summary>
    public BulkPublishEntry<TValue> Entry { get; }

    /// <summary>Why it was not published.</summary>
    public string ErrorMessage { get; }
}
