using Workflows.Ledger;

namespace Orders.Sagas;

/// <summary>A step or a compensation as clients see it.</summary>
internal sealed record SagaStepView(string Name, StepStatus Status, int Attempts, DateTimeOffset? StartedAt, DateTimeOffset? CompletedAt, string? Error);
