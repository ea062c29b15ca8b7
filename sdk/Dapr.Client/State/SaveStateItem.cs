namespace Dapr.Client;

/// <summary>One value of a bulk save.</summary>
public readonly struct SaveStateItem<TValue>
{
    /// <summary>Creates the item; a null etag saves over whatever is there.</summary>
    public SaveStateItem(string key, TValue value, string etag, StateOptions? stateOptions = default, IReadOnlyDictionary<string, string>? metadata = default)
    {
        Key = key;
        Value = value;
        ETag = etag;
        StateOptions = stateOptions;
        Metadata = metadata;
    }

    /// <summary>The key.</summary>
    public string Key { get; }

    /// <summary>The value.</summary>
    public TValue Value { get; }

    /// <summary>The expected etag.</summary>
    public string ETag { get; }

    /// <summary>Options of the save.</summary>
    public StateOptions? StateOptions { get; }

    /// <summary>Metadata of the save.</summary>
    public IReadOnlyDictionary<string, string>? Metadata { get; }
}
