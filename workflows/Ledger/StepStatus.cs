namespace Workflows.Ledger;

/// <summary>Where a step or an undo stands.</summary>
public enum StepStatus
{
    /// <summary>Not tried yet.</summary>
    Pending,

    /// <summary>An attempt is on its way.</summary>
    Running,

    /// <summary>Done.</summary>
    Completed,

    /// <summary>Refused for a business reason.</summary>
    Rejected,

    /// <summary>The last attempt failed; another may follow.</summary>
    Failed,

    /// <summary>Never tried, because the saga turned round before.</summary>
    Skipped,
}
