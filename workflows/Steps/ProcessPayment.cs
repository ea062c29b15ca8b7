using Workflows.Ledger;
using Workflows.Saga;

namespace Workflows.Steps;

/// <summary>Authorises and captures the order's total.</summary>
public sealed class ProcessPayment(IOrderLedger ledger, IStepClient client) : RemoteStep(ledger, nameof(ProcessPayment))
{
    /// <inheritdoc />
    protected override async Task<StepResult> CallAsync(StepRequest input)
    {
        var order = input.Order;
        var body = new { userId = order.UserId, amount = order.Total, currency = order.Currency, paymentMethodId = order.PaymentMethodId };
        var call = StepCall.Do(SagaStep.ProcessPayment, order.OrderId, Apps.Payments, HttpMethod.Post, $"/internal/v1/payments/{order.OrderId}:process", body, StepCall.PaymentTimeout);
        return (await client.CallAsync(order.TenantId, call)).ToResult();
    }
}
