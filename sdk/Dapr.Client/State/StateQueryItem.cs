namespace Dapr.Client;

/// <summary>One hit of a state query.</summary>
public class StateQueryItem<TValue>
{
    /// <summary>Creates the hit.</summary>
    public StateQueryItem(string key, TValue? data, string? etag, string? error)
    {
        Key = key;
        Data = data;
        ETag = etag;
        Error = error;
    }

    /// <summary>The key.</summary>
    public string Key { get; }

    /// <summary>The value.</summary>
    public TValue? Data { get; }

    /// <summary>The etag.</summary>
    public string? ETag { get; }

    /// <summary>Why the value could not be read.</summary>
    public string? Error { get; }
}
