namespace Dapr.Workflow;

/// <summary>How far a task of a propagated history is.</summary>
public enum PropagatedHistoryStatus
{
    /// <summary>Not done yet.</summary>
    Pending,

    /// <summary>Done.</summary>
    Completed,

    /// <summary>Failed.</summary>
    Failed,
}
