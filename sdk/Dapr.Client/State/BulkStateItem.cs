namespace Dapr.Client;

/// <summary>One value of a bulk read, as JSON text.</summary>
public readonly struct BulkStateItem
{
    /// <summary>Creates the item.</summary>
    public BulkStateItem(string key, string value, string etag)
    {
        Key = key;
        Value = value;
        ETag = etag;
    }

    /// <summary>The key.</summary>
    public string Key { get; }

    /// <summary>The JSON text; empty when the key is missing.</summary>
    public string Value { get; }

    /// <summary>The etag; empty when the key is missing.</summary>
    public string ETag { get; }
}
