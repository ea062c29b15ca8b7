using Google.Protobuf.WellKnownTypes;
using Sidecar.Telemetry;

namespace Sidecar.Workflows.Engine;

/// <summary>What the instances of an engine share.</summary>
internal sealed record EngineContext(string AppId, KeySequence Keys, WorkflowOptions Options, EngineEnvironment Environment)
{
    public TimeProvider Time => Environment.Time;

    public Tracing Tracing => Environment.Tracing;

    /// <summary>The present time as events carry it.</summary>
    public Timestamp Now => Timestamp.FromDateTimeOffset(Time.GetUtcNow());

    /// <summary>A new id for a run or a work item.</summary>
    public string NewId() => Environment.NewId();
}
