using Sidecar.State;

namespace Sidecar.Outbox;

/// <summary>
/// The attempts to commit one transaction, one after the other. Invariant: it counts as refused only when no attempt can have committed it. An attempt
/// that failed without an answer may have, and the refusal of a later one may then come from its own success.
/// </summary>
internal sealed class CommitAttempts
{
    private int _begun;
    private int _refused;

    /// <summary>What is known of the transaction by its attempts so far.</summary>
    public TransactionFate Fate => _begun == 0 || (_begun == 1 && _refused == 1) ? TransactionFate.Refused : TransactionFate.Unknown;

    /// <summary>Makes an attempt.</summary>
    public async Task<StateFailure?> RunAsync(Func<Task<StateFailure?>> attempt)
    {
        _begun++;
        var failure = await attempt();
        _refused += failure is null ? 0 : 1;
        return failure;
    }
}
