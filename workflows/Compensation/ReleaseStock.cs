using Workflows.Ledger;
using Workflows.Saga;
using Workflows.Steps;

namespace Workflows.Compensation;

/// <summary>Gives held stock back; also when the reservation never came about.</summary>
public sealed class ReleaseStock(IOrderLedger ledger, IStepClient client) : RemoteUndo(ledger, nameof(ReleaseStock))
{
    /// <inheritdoc />
    protected override async Task<StepResult> CallAsync(UndoRequest input)
    {
        var orderId = input.OrderId;
        return (await client.CallAsync(input.TenantId, StepCall.Undo(SagaStep.ReserveStock, orderId, Apps.Products, $"/internal/v1/reservations/{orderId}:release"))).ToResult();
    }
}
