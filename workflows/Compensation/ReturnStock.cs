using Workflows.Ledger;
using Workflows.Saga;
using Workflows.Steps;

namespace Workflows.Compensation;

/// <summary>Gives sold stock back, whatever became of the confirmation.</summary>
public sealed class ReturnStock(IOrderLedger ledger, IStepClient client) : RemoteUndo(ledger, nameof(ReturnStock))
{
    /// <inheritdoc />
    protected override async Task<StepResult> CallAsync(UndoRequest input)
    {
        var orderId = input.OrderId;
        return (await client.CallAsync(input.TenantId, StepCall.Undo(SagaStep.ConfirmStock, orderId, Apps.Products, $"/internal/v1/reservations/{orderId}:release"))).ToResult();
    }
}
