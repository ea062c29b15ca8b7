namespace Sidecar.Workflows.Store;

/// <summary>
/// Commits that build on one another. Once one of them has failed, those behind it describe changes of a state that was
/// never stored, and fail too.
/// </summary>
internal sealed class CommitChain
{
    public bool IsBroken { get; set; }
}
