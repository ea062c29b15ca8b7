using Google.Protobuf.WellKnownTypes;
using Sidecar.Telemetry;
using Sidecar.Telemetry.Metrics;

namespace Sidecar.Workflows.Engine;

/// <summary>What the instances of an engine share.</summary>
internal sealed record EngineContext(string AppId, KeySequence Keys, WorkflowOptions Options, EngineEnvironment Environment)
{
    public TimeProvider Time => Environment.Time;

    public Tracing Tracing => Environment.Tracing;

    /// <summary>Cancelled when the engine stops; what it gave to engines of other apps is void then.</summary>
    public CancellationToken Stopped { get; init; }

    /// <summary>Takes an instance out of its engine's memory that cannot go on as it is there; called under its gate, by whichever engine finds it.</summary>
    public Action<WorkflowInstance, Exception> Suspect { get; init; } = static (_, _) => { };

    /// <summary>Where is counted; null when nothing is.</summary>
    public WorkflowMetrics? Metrics => Environment.Metrics is { IsEnabled: true } metrics ? metrics : null;

    /// <summary>The present time as events carry it.</summary>
    public Timestamp Now => Timestamp.FromDateTimeOffset(Time.GetUtcNow());

    /// <summary>A new id for a run or a work item.</summary>
    public string NewId() => Environment.NewId();

    /// <summary>An app that runs no workflows, in words.</summary>
    public string AbsentApp(string app) => $"app '{app}', which runs no workflows here; these do: {Environment.Peers.Apps}";
}
