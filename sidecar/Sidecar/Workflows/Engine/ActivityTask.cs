using Dapr.DurableTask.Protobuf;

namespace Sidecar.Workflows.Engine;

/// <summary>An open activity. The token names the attempt that a worker has; guarded by the instance's gate.</summary>
internal sealed class ActivityTask(WorkflowInstance instance, HistoryEvent scheduled) : IDispatched
{
    public WorkflowInstance Instance { get; } = instance;

    /// <inheritdoc />
    public Lock Gate => Instance.Gate;

    /// <inheritdoc />
    public int Losses { get; set; }

    /// <inheritdoc />
    public bool IsHeldBack { get; set; }

    /// <summary>Waits until a worker has answered another one that it cannot tell from this one.</summary>
    public bool WaitsForEqual { get; set; }

    public int TaskId => Scheduled.EventId;

    public HistoryEvent Scheduled { get; } = scheduled;

    /// <summary>The app whose workers run it.</summary>
    public string App { get; } = ForeignAddress.AppOf(scheduled.Router, instance.AppId) ?? instance.AppId;

    /// <summary>The attempt under way; null while no worker has it.</summary>
    public string? Token { get; set; }

    /// <summary>Waits in the dispatcher for a worker.</summary>
    public bool Queued { get; set; }

    /// <summary>When the attempt began; kept only where it is counted.</summary>
    public long BegunAt { get; set; }

    public Telemetry.Span? Span { get; set; }
}
