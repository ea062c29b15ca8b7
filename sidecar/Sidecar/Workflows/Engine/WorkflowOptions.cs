namespace Sidecar.Workflows.Engine;

/// <summary>The limits of a workflow engine.</summary>
internal sealed record WorkflowOptions
{
    /// <summary>Workflow turns that one connected worker has at once; default 100, what the .NET worker runs in parallel.</summary>
    public int TurnsPerWorker { get; init; } = 100;

    /// <summary>Activities that one connected worker has at once; default 100, what the .NET worker runs in parallel.</summary>
    public int ActivitiesPerWorker { get; init; } = 100;

    /// <summary>The largest result of an activity, input or event in bytes; a larger one fails that activity alone; default 4 MiB.</summary>
    public int MaxPayload { get; init; } = 4 * 1024 * 1024;

    /// <summary>The largest message of a worker in bytes; default 64 MiB (a turn may carry many payloads).</summary>
    public int MaxWorkerMessage { get; init; } = 64 * 1024 * 1024;

    /// <summary>Commits that may wait for the store before clients are refused; default 20,000.</summary>
    public int MaxBacklog { get; init; } = 20_000;

    /// <summary>Instances that may wait for a worker in memory before new ones are refused; default 100,000.</summary>
    public int MaxQueued { get; init; } = 100_000;

    /// <summary>Instances that may be in memory while they wait for a timer or an event; beyond, one leaves as soon as it waits; default 20,000.</summary>
    public int MaxIdle { get; init; } = 20_000;

    /// <summary>
    /// Instances that may be in memory, whatever for, before new ones are refused: those with open activities stay there, though no worker of
    /// the app that runs those is connected; default 200,000.
    /// </summary>
    public int MaxLoaded { get; init; } = 200_000;

    /// <summary>Events an instance may hold that it has not taken; default 10,000.</summary>
    public int MaxInbox { get; init; } = 10_000;

    /// <summary>Instances of one other app to which messages are taken at once; those for the rest wait in the store; default 500.</summary>
    public int MaxMailed { get; init; } = 500;

    /// <summary>Calls that may wait for an instance's start or end at once; default 20,000.</summary>
    public int MaxWaiters { get; init; } = 20_000;

    /// <summary>How long a worker may take for a turn before it is handed out again; default 2 min. A turn has no effect but its answer, so doing it twice is harmless.</summary>
    public TimeSpan TurnLease { get; init; } = TimeSpan.FromMinutes(2);

    /// <summary>
    /// How long a worker that says Hello regularly may be silent before all it has is handed out again and its stream ends; default 2 min, four times
    /// the pause of the .NET worker. Its attempts are leased from one Hello to the next.
    /// </summary>
    public TimeSpan HeartbeatLease { get; init; } = TimeSpan.FromMinutes(2);

    /// <summary>
    /// How long a worker may take for an activity before it is handed out again, though it gives signs of life; default 24 h. A worker that
    /// loses its stream or falls silent loses its activities then; this is only for an answer that a worker lost without noticing.
    /// </summary>
    public TimeSpan ActivityLease { get; init; } = TimeSpan.FromHours(24);

    /// <summary>How long ended instances are kept; default for ever.</summary>
    public WorkflowRetention? Retention { get; init; }

    /// <summary>How often instances that were kept long enough are looked for; default 10 s.</summary>
    public TimeSpan RetentionInterval { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>How long an instance may stand still before it is said what it waits for; default 10 s.</summary>
    public TimeSpan WaitReportedAfter { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>How often overdue leases and idle instances are looked for; default 5 s.</summary>
    public TimeSpan SweepInterval { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>How long an instance that waits for a timer or an event stays in memory; default 30 s.</summary>
    public TimeSpan IdleAfter { get; init; } = TimeSpan.FromSeconds(30);
}
