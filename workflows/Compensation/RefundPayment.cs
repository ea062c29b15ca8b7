using Workflows.Ledger;
using Workflows.Saga;
using Workflows.Steps;

namespace Workflows.Compensation;

/// <summary>Voids or refunds what there is of the payment.</summary>
public sealed class RefundPayment(IOrderLedger ledger, IStepClient client) : RemoteStep(ledger, StepKind.Compensation, nameof(RefundPayment))
{
    /// <inheritdoc />
    protected override async Task<StepResult> CallAsync(StepRequest input)
    {
        var orderId = input.Order.OrderId;
        return (await client.CallAsync(input.Order, StepCall.Undo(SagaStep.ProcessPayment, orderId, Apps.Payments, $"/internal/v1/payments/{orderId}:refund", StepCall.PaymentTimeout))).ToResult();
    }
}
