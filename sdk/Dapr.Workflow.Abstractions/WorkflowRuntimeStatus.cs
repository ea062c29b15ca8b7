namespace Dapr.Workflow;

/// <summary>The status of an instance.</summary>
public enum WorkflowRuntimeStatus
{
    /// <summary>Not known, or no such instance.</summary>
    Unknown = -1,

    /// <summary>It runs.</summary>
    Running = 0,

    /// <summary>It has ended with an output.</summary>
    Completed = 1,

    /// <summary>It starts again with a new input.</summary>
    ContinuedAsNew = 2,

    /// <summary>It has ended with an exception.</summary>
    Failed = 3,

    /// <summary>It was cancelled.</summary>
    Canceled = 4,

    /// <summary>It was ended from outside.</summary>
    Terminated = 5,

    /// <summary>It has not started yet.</summary>
    Pending = 6,

    /// <summary>It is paused.</summary>
    Suspended = 7,

    /// <summary>It cannot go on with the code that is there.</summary>
    Stalled = 8,
}
