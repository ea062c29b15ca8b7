namespace Dapr.Workflow.Testing;

/// <summary>What becomes of a commit.</summary>
public enum CommitFate
{
    /// <summary>It is stored.</summary>
    Stored,

    /// <summary>It is stored, the connection is cut before anybody hears of it, and it is sent again.</summary>
    StoredTwice,

    /// <summary>The store refuses it, and what builds on it; the process lives on.</summary>
    Refused,

    /// <summary>It is stored, and the process dies before it hears of it.</summary>
    StoredThenDeath,

    /// <summary>The process dies before it is stored.</summary>
    Death,
}
