namespace Sidecar.Workflows.Store;

/// <summary>
/// One step of a workflow as the store sees it: all of it becomes durable, or nothing. Rows may belong to several
/// instances (a parent and the inbox of its child). Every part may be applied twice with the same result, because a
/// store that loses its connection during a commit cannot know whether it happened, and repeats it.
/// </summary>
internal sealed class StoreCommit
{
    /// <summary>The commits it builds on; null when it stands alone.</summary>
    public CommitChain? Chain { get; set; }

    /// <summary>Another commit of the same chain is likely to follow at once; a store may wait a moment, to write both together.</summary>
    public bool CanWait { get; set; }

    /// <summary>New instances, and instances that begin a new generation; what earlier generations left is removed.</summary>
    public List<InstanceRow> Created { get; } = [];

    /// <summary>Changed heads; <see cref="InstanceRow.Start"/> is not looked at, and a row of another generation changes nothing.</summary>
    public List<InstanceRow> Updated { get; } = [];

    public List<HistoryRow> History { get; } = [];

    public List<InboxRow> Inbox { get; } = [];

    public List<InboxKey> InboxTaken { get; } = [];

    public List<TaskRow> Tasks { get; } = [];

    public List<RunItemKey> TasksDone { get; } = [];

    public List<TimerRow> Timers { get; } = [];

    public List<RunItemKey> TimersDone { get; } = [];

    /// <summary>Instances whose open activities and timers up to this generation are dropped, because they ended.</summary>
    public List<PurgeRow> Ended { get; } = [];

    public List<PurgeRow> Purged { get; } = [];

    /// <summary>How many rows it touches.</summary>
    public int Rows =>
        Created.Count + Updated.Count + History.Count + Inbox.Count + InboxTaken.Count + Tasks.Count + TasksDone.Count
        + Timers.Count + TimersDone.Count + Ended.Count + Purged.Count;
}
