namespace Dapr.Client;

/// <summary>What an output binding answered.</summary>
public sealed class BindingResponse
{
    /// <summary>Creates the answer to a request.</summary>
    public BindingResponse(BindingRequest request, ReadOnlyMemory<byte> data, IReadOnlyDictionary<string, string> metadata)
    {
        ArgumentNullException.ThrowIfNull(request);
        ArgumentNullException.ThrowIfNull(metadata);
        Request = request;
        Data = data;
        Metadata = metadata;
    }

    /// <summary>The request that was answered.</summary>
    public BindingRequest Request { get; }

    /// <summary>The payload of the answer.</summary>
    public ReadOnlyMemory<byte> Data { get; }

    /// <summary>Metadata of the answer.</summary>
    public IReadOnlyDictionary<string, string> Metadata { get; }
}
