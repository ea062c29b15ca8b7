namespace Dapr.Workflow;

/// <summary>What of a workflow's history a task gets to see.</summary>
public enum HistoryPropagationScope
{
    /// <summary>Nothing.</summary>
    None,

    /// <summary>The caller's own history.</summary>
    OwnHistory,

    /// <summary>The caller's and its ancestors'.</summary>
    Lineage,
}
