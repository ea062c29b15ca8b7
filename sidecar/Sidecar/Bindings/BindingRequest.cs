namespace Sidecar.Bindings;

/// <summary>A call of an output binding.</summary>
/// <param name="Operation">The operation, e.g. <c>create</c>.</param>
/// <param name="Data">The data: JSON when it came over HTTP, any bytes over gRPC; <c>null</c> in JSON when there is none.</param>
/// <param name="Metadata">What the operation needs to know, e.g. <c>fileName</c>.</param>
internal sealed record BindingRequest(string Operation, ReadOnlyMemory<byte> Data, IReadOnlyDictionary<string, string> Metadata)
{
    private static readonly IReadOnlyDictionary<string, string> NoMetadata = new Dictionary<string, string>(StringComparer.Ordinal);

    /// <summary>The creation that an application's answer to an event asks for.</summary>
    public static BindingRequest Create(ReadOnlyMemory<byte> data) => new("create", data, NoMetadata);

    /// <summary>The value of a metadata entry, or null when absent or empty.</summary>
    public string? this[string name] => Metadata.TryGetValue(name, out var value) && value.Length > 0 ? value : null;
}

/// <summary>What an output binding answered.</summary>
/// <param name="Data">The answer's body.</param>
/// <param name="Metadata">Handed to the caller beside the body.</param>
internal sealed record BindingResponse(ReadOnlyMemory<byte> Data, IReadOnlyDictionary<string, string> Metadata)
{
    private static readonly IReadOnlyDictionary<string, string> NoMetadata = new Dictionary<string, string>(StringComparer.Ordinal);

    /// <summary>An answer without metadata.</summary>
    public BindingResponse(ReadOnlyMemory<byte> data)
        : this(data, NoMetadata)
    {
    }
}

/// <summary>The outcome of a call: an answer, nothing (both null), or an error, which may come with an answer's metadata.</summary>
internal sealed record BindingResult(BindingResponse? Response, string? Error = null)
{
    /// <summary>Done, with nothing to tell.</summary>
    public static BindingResult Nothing { get; } = new(null, null);

    /// <summary>Refused or failed.</summary>
    public static BindingResult Failed(string error) => new(null, error);

    /// <summary>Done, with a body.</summary>
    public static BindingResult Of(ReadOnlyMemory<byte> data) => new(new BindingResponse(data));
}
