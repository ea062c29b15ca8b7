using Workflows.Ledger;

namespace Orders.Sagas;

/// <summary>A step or a compensation as it is stored.</summary>
internal sealed record SagaStepRow
{
    public StepKind Kind { get; init; }

    public string Name { get; init; } = "";

    public StepStatus Status { get; init; }

    public int Attempts { get; init; }

    public DateTimeOffset? StartedAt { get; init; }

    public DateTimeOffset? CompletedAt { get; init; }

    public string? Error { get; init; }
}
