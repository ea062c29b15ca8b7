namespace Sidecar.Components;

/// <summary>A component that cannot be loaded: names the file, the field, what is wrong and what is accepted.</summary>
internal sealed class ComponentException(string message, Exception? inner = null) : Exception(message, inner)
{
    /// <summary>A field that is missing or has a value that is not accepted.</summary>
    public static ComponentException Field(ComponentSpec spec, string field, string problem, string remedy) =>
        new($"{spec.File}: component '{spec.Name}' ({spec.Type}): metadata '{field}' {problem}; {remedy}");
}
