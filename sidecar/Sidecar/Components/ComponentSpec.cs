namespace Sidecar.Components;

/// <summary>One component as a building block gets it: read from YAML, scoped to the app, its secret references resolved.</summary>
/// <param name="Name">The name applications use, e.g. <c>statestore</c>.</param>
/// <param name="Type">Dapr's type name, e.g. <c>state.redis</c>.</param>
/// <param name="Version">Dapr's version of the type, e.g. <c>v1</c>; empty when the file names none, which is the first.</param>
/// <param name="Metadata">The metadata; names compare without case, as in Dapr.</param>
/// <param name="File">The file it came from, for messages.</param>
internal sealed record ComponentSpec(string Name, string Type, string Version, IReadOnlyDictionary<string, string> Metadata, string File)
{
    /// <summary>A digest of what the component is made from, before templates such as <c>{uuid}</c> are filled in; empty when it was not read from a file.</summary>
    public string Digest { get; init; } = "";

    /// <summary>The names of the secrets that metadata fields refer to, by field; also of those that are not there.</summary>
    public IReadOnlyDictionary<string, string> Secrets { get; init; } = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);

    /// <summary>The metadata fields that the file names, also those without a value.</summary>
    public IReadOnlySet<string> Named { get; init; } = new HashSet<string>(StringComparer.OrdinalIgnoreCase);

    /// <summary>Whether the sidecar goes on without the component when it cannot be made or connected; default false.</summary>
    public bool IgnoreErrors { get; init; }

    /// <summary>Whether a component of the other description would be the same.</summary>
    public bool IsSameAs(ComponentSpec other) => Digest.Length > 0 && (Name, Type, Version, Digest) == (other.Name, other.Type, other.Version, other.Digest);

    /// <summary>The value of a metadata field, or null when absent or empty.</summary>
    public string? this[string field] => Metadata.TryGetValue(field, out var value) && value.Length > 0 ? value : null;
}
