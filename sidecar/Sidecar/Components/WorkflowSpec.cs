using Sidecar.Workflows.Engine;

namespace Sidecar.Components;

/// <summary>What a Configuration says about workflows.</summary>
internal sealed record WorkflowSpec
{
    /// <summary>Turns of workflows that run at once, for each connected worker; default and most 100.</summary>
    public int? MaxConcurrentTurns { get; init; }

    /// <summary>Activities that run at once, for each connected worker; default and most 100.</summary>
    public int? MaxConcurrentActivities { get; init; }

    /// <summary>How long ended instances are kept; default for ever.</summary>
    public WorkflowRetention? Retention { get; init; }
}
