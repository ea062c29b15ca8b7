namespace Sidecar.Components;

/// <summary>A component type that the sidecar implements: what its YAML may say, and how it is made.</summary>
/// <param name="Name">Dapr's type name, e.g. <c>state.redis</c>.</param>
/// <param name="Versions">The versions; the first is the default.</param>
/// <param name="Fields">Every metadata field that Dapr knows for the type.</param>
internal abstract record ComponentType(string Name, IReadOnlyList<string> Versions, IReadOnlyList<MetadataField> Fields)
{
    /// <summary>The declared field of a name (or alias), compared without case.</summary>
    public MetadataField? Field(string name) =>
        Fields.FirstOrDefault(field => field.Name.Equals(name, StringComparison.OrdinalIgnoreCase) || field.Aliases.Contains(name, StringComparer.OrdinalIgnoreCase)
            || (field.IsPrefix && name.StartsWith(field.Name, StringComparison.Ordinal)));
}

/// <summary>A component type with its factory. <paramref name="Create"/> reads and checks the metadata; it does not connect.</summary>
internal sealed record ComponentType<T>(string Name, IReadOnlyList<string> Versions, IReadOnlyList<MetadataField> Fields, Func<ComponentSpec, ComponentContext, T> Create)
    : ComponentType(Name, Versions, Fields)
    where T : class;

/// <summary>One metadata field of a component type.</summary>
/// <param name="Name">Dapr's name of the field.</param>
/// <param name="Support">What the embedded sidecar does with it.</param>
/// <param name="Required">Whether it must be there and not empty.</param>
/// <param name="Note">Said with an error or notice: what is supported instead, or why it has no meaning.</param>
internal sealed record MetadataField(string Name, FieldSupport Support = FieldSupport.Supported, bool Required = false, string? Note = null)
{
    /// <summary>Other names Dapr accepts for the field.</summary>
    public IReadOnlyList<string> Aliases { get; init; } = [];

    /// <summary>Whether it stands for all fields that begin with its name.</summary>
    public bool IsPrefix { get; init; }

    /// <summary>The only accepted values, compared without case; empty = any.</summary>
    public IReadOnlyList<string> Values { get; init; } = [];
}

/// <summary>What the embedded sidecar does with a field that Dapr knows.</summary>
internal enum FieldSupport
{
    /// <summary>Works as in Dapr.</summary>
    Supported,

    /// <summary>Has no meaning on one machine: one notice at start.</summary>
    WithoutMeaning,

    /// <summary>Would change behaviour and is not supported: an error.</summary>
    Unsupported,
}
