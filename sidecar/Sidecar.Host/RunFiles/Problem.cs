namespace Sidecar.Host.RunFiles;

/// <summary>Something wrong with the run file or its resources: where, what, and what to do about it.</summary>
/// <param name="Place">File (with line where known) and field.</param>
/// <param name="What">What is wrong.</param>
/// <param name="Remedy">What is accepted, or what to do.</param>
internal sealed record Problem(string Place, string What, string Remedy)
{
    /// <inheritdoc />
    public override string ToString() => Remedy.Length == 0 ? $"{Place}: {What}" : $"{Place}: {What}; {Remedy}";
}
