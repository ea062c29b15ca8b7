namespace Orders.Sagas;

/// <summary>Where a workflow instance stands.</summary>
internal enum InstanceStanding
{
    /// <summary>There is none.</summary>
    Absent,

    /// <summary>It has not ended.</summary>
    Running,

    /// <summary>It has ended, however that was.</summary>
    Ended,
}
