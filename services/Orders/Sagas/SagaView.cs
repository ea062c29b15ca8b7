using Workflows.Ledger;

namespace Orders.Sagas;

/// <summary>A saga as clients see it. The owner sees it without error details.</summary>
internal sealed record SagaView(Guid SagaId, SagaState State, IReadOnlyList<SagaStepView> Steps, IReadOnlyList<SagaStepView> Compensations, bool ManualInterventionRequired)
{
    public static SagaView Of(SagaRow saga, IReadOnlyList<SagaStepRow> rows, bool withErrors) => new(
        saga.OrderId,
        saga.State,
        Entries(rows, StepKind.Step, withErrors),
        Entries(rows, StepKind.Compensation, withErrors),
        saga.ManualInterventionRequired);

    private static IReadOnlyList<SagaStepView> Entries(IReadOnlyList<SagaStepRow> rows, StepKind kind, bool withErrors) =>
        [.. rows.Where(row => row.Kind == kind).Select(row => new SagaStepView(row.Name, row.Status, row.Attempts, row.StartedAt, row.CompletedAt, withErrors ? row.Error : null))];
}
