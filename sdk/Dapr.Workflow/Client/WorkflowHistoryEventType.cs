namespace Dapr.Workflow.Client;

/// <summary>The kinds of events of a history.</summary>
public enum WorkflowHistoryEventType
{
    /// <summary>Unknown.</summary>
    Unknown = 0,

    /// <summary>Execution started.</summary>
    ExecutionStarted = 1,

    /// <summary>Execution completed.</summary>
    ExecutionCompleted = 2,

    /// <summary>Execution terminated.</summary>
    ExecutionTerminated = 3,

    /// <summary>Task scheduled.</summary>
    TaskScheduled = 4,

    /// <summary>Task completed.</summary>
    TaskCompleted = 5,

    /// <summary>Task failed.</summary>
    TaskFailed = 6,

    /// <summary>Sub orchestration instance created.</summary>
    SubOrchestrationInstanceCreated = 7,

    /// <summary>Sub orchestration instance completed.</summary>
    SubOrchestrationInstanceCompleted = 8,

    /// <summary>Sub orchestration instance failed.</summary>
    SubOrchestrationInstanceFailed = 9,

    /// <summary>Timer created.</summary>
    TimerCreated = 10,

    /// <summary>Timer fired.</summary>
    TimerFired = 11,

    /// <summary>Orchestrator started.</summary>
    OrchestratorStarted = 12,

    /// <summary>Orchestrator completed.</summary>
    OrchestratorCompleted = 13,

    /// <summary>Event sent.</summary>
    EventSent = 14,

    /// <summary>Event raised.</summary>
    EventRaised = 15,

    /// <summary>Generic event.</summary>
    GenericEvent = 16,

    /// <summary>History state.</summary>
    HistoryState = 17,

    /// <summary>Continue as new.</summary>
    ContinueAsNew = 18,

    /// <summary>Execution suspended.</summary>
    ExecutionSuspended = 19,

    /// <summary>Execution resumed.</summary>
    ExecutionResumed = 20,

    /// <summary>Execution stalled.</summary>
    ExecutionStalled = 21,
}
