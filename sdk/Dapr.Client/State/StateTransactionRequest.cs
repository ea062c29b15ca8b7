namespace Dapr.Client;

/// <summary>One operation of a state transaction.</summary>
public sealed class StateTransactionRequest
{
    /// <summary>Options of the operation.</summary>
    public StateOptions? Options;

    /// <summary>Creates the operation; the value is JSON in UTF-8.</summary>
    public StateTransactionRequest(
        string key,
        byte[]? value,
        StateOperationType operationType,
        string? etag = default,
        IReadOnlyDictionary<string, string>? metadata = default,
        StateOptions? options = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(key);
        Key = key;
        Value = value;
        OperationType = operationType;
        ETag = etag;
        Metadata = metadata;
        Options = options;
    }

    /// <summary>The key.</summary>
    public string Key { get; }

    /// <summary>The value.</summary>
    public byte[]? Value { get; set; }

    /// <summary>What to do.</summary>
    public StateOperationType? OperationType { get; set; }

    /// <summary>The expected etag.</summary>
    public string? ETag { get; set; }

    /// <summary>Metadata of the operation.</summary>
    public IReadOnlyDictionary<string, string>? Metadata { get; set; }
}
