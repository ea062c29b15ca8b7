using Dapr.DurableTask.Protobuf;

namespace Sidecar.Workflows.Engine;

/// <summary>How long instances are kept after they have ended; null = for ever.</summary>
/// <param name="AnyTerminal">Whatever their final status; a more exact one goes first.</param>
/// <param name="Completed">When they completed.</param>
/// <param name="Failed">When they failed.</param>
/// <param name="Terminated">When they were terminated.</param>
internal sealed record WorkflowRetention(TimeSpan? AnyTerminal, TimeSpan? Completed, TimeSpan? Failed, TimeSpan? Terminated)
{
    public bool IsEmpty => !Periods.Any();

    /// <summary>The statuses with a limit, and that limit.</summary>
    public IEnumerable<(OrchestrationStatus Status, TimeSpan KeptFor)> Periods =>
        from period in ((OrchestrationStatus Status, TimeSpan? KeptFor)[])
        [
            (OrchestrationStatus.Completed, Completed ?? AnyTerminal),
            (OrchestrationStatus.Failed, Failed ?? AnyTerminal),
            (OrchestrationStatus.Terminated, Terminated ?? AnyTerminal),
            (OrchestrationStatus.Canceled, AnyTerminal),
        ]
        let keptFor = period.KeptFor
        where keptFor is not null
        select (period.Status, keptFor.Value);
}
