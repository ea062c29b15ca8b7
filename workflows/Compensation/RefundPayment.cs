using Workflows.Ledger;
using Workflows.Saga;
using Workflows.Steps;

namespace Workflows.Compensation;

/// <summary>Voids or refunds what there is of the payment.</summary>
public sealed class RefundPayment(IOrderLedger ledger, IStepClient client) : RemoteUndo(ledger, nameof(RefundPayment))
{
    /// <inheritdoc />
    protected override async Task<StepResult> CallAsync(UndoRequest input)
    {
        var orderId = input.OrderId;
        return (await client.CallAsync(input.TenantId, StepCall.Undo(SagaStep.ProcessPayment, orderId, Apps.Payments, $"/internal/v1/payments/{orderId}:refund", StepCall.PaymentTimeout))).ToResult();
    }
}
