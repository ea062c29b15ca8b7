namespace Dapr.Workflow.Testing;

/// <summary>One commit that goes wrong.</summary>
/// <param name="Commit">Which one: 1 is the first of the simulation.</param>
/// <param name="Fate">What becomes of it.</param>
public sealed record Disturbance(int Commit, CommitFate Fate)
{
    /// <summary>Every fate but the usual one at every one of the first commits. Every event of a history becomes durable by a commit, so no moment is left out.</summary>
    public static IEnumerable<Disturbance> Everywhere(int commits) =>
        from fate in Enum.GetValues<CommitFate>()
        where fate != CommitFate.Stored
        from commit in Enumerable.Range(1, commits)
        select new Disturbance(commit, fate);

    /// <summary>Whether the process dies of it.</summary>
    public bool IsDeadly => Fate is CommitFate.Death or CommitFate.StoredThenDeath;
}
