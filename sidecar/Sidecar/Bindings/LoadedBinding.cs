using Sidecar.Components;
using Sidecar.Reloading;

namespace Sidecar.Bindings;

/// <summary>A loaded binding with what its component says about it.</summary>
/// <param name="Spec">The component.</param>
/// <param name="Binding">The binding.</param>
internal sealed record LoadedBinding(ComponentSpec Spec, IBinding Binding)
{
    private const string InputDirection = "input";
    private const string OutputDirection = "output";

    public string Name => Spec.Name;

    /// <summary>The calls under way to it.</summary>
    public Usage Usage { get; } = new();

    /// <summary>The path of the application that gets the events; metadata <c>route</c>, default the component's name.</summary>
    public string Route => Spec["route"] ?? Spec.Name;

    /// <summary>The binding as an output, when it is one and metadata <c>direction</c> does not say otherwise.</summary>
    public IOutputBinding? Output => Directions is null || Directions.Contains(OutputDirection, StringComparer.Ordinal) ? Binding as IOutputBinding : null;

    /// <summary>The binding as an input, when it is one and metadata <c>direction</c> does not say otherwise.</summary>
    public IInputBinding? Input => Directions is null || IsDeclaredInput ? Binding as IInputBinding : null;

    /// <summary>Metadata <c>direction</c> names the input: the application is not asked whether it wants the events.</summary>
    public bool IsDeclaredInput => Directions?.Contains(InputDirection, StringComparer.Ordinal) == true;

    /// <summary>Dapr's words for what the binding is used as.</summary>
    public IReadOnlyList<string> Capabilities => [.. Names()];

    private string[]? Directions => Spec["direction"]?.ToLowerInvariant().Split(',', StringSplitOptions.TrimEntries);

    private IEnumerable<string> Names()
    {
        if (Input is not null)
        {
            yield return "INPUT_BINDING";
        }

        if (Output is not null)
        {
            yield return "OUTPUT_BINDING";
        }
    }
}
