namespace Workflows.Ledger;

/// <summary>Which list of the saga view an entry belongs to.</summary>
public enum StepKind
{
    /// <summary>A step of the saga.</summary>
    Step,

    /// <summary>The undo of a step.</summary>
    Compensation,
}
