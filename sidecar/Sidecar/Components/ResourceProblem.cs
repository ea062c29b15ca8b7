namespace Sidecar.Components;

/// <summary>Something said about a resource file.</summary>
/// <param name="File">The file.</param>
/// <param name="Field">The path of the field, e.g. <c>spec.targets.apps.users.retry</c>; empty when the whole document is meant.</param>
/// <param name="Message">What is wrong and what is accepted.</param>
/// <param name="IsError">False for a notice.</param>
internal sealed record ResourceProblem(string File, string Field, string Message, bool IsError = true)
{
    /// <summary>Whether Dapr passes over it: an error only where resources are read strictly.</summary>
    public bool IsPassedOver { get; init; }

    /// <inheritdoc />
    public override string ToString() => Field.Length == 0 ? $"{File}: {Message}" : $"{File}: {Field}: {Message}";
}
