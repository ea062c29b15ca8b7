namespace Dapr.Client;

/// <summary>One key of a bulk delete.</summary>
public readonly struct BulkDeleteStateItem
{
    /// <summary>Creates the item; a null etag deletes whatever is there.</summary>
    public BulkDeleteStateItem(string key, string etag, StateOptions? stateOptions = default, IReadOnlyDictionary<string, string>? metadata = default)
    {
        Key = key;
        ETag = etag;
        StateOptions = stateOptions;
        Metadata = metadata;
    }

    /// <summary>The key.</summary>
    public string Key { get; }

    /// <summary>The expected etag.</summary>
    public string ETag { get; }

    /// <summary>Options of the delete.</summary>
    public StateOptions? StateOptions { get; }

    /// <summary>Metadata of the delete.</summary>
    public IReadOnlyDictionary<string, string>? Metadata { get; }
}
