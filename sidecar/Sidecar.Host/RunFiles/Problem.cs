namespace Sidecar.Host.RunFiles;

/// <summary>Something wrong with the run file or its resources: where, what, and what to do about it.</summary>
/// <param name="Place">File (with line where known) and field; empty when the sentence says it.</param>
/// <param name="What">What is wrong.</param>
/// <param name="Remedy">What is accepted, or what to do; empty when the sentence says it.</param>
internal sealed record Problem(string Place, string What, string Remedy)
{
    /// <inheritdoc />
    public override string ToString() => (Place.Length == 0 ? "" : Place + ": ") + What + (Remedy.Length == 0 ? "" : "; " + Remedy);
}
