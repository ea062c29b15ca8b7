using Workflows.Ledger;
using Workflows.Saga;

namespace Workflows.Steps;

/// <summary>Turns held stock into sold stock; refused when the reservation has expired meanwhile.</summary>
public sealed class ConfirmStock(IOrderLedger ledger, IStepClient client) : RemoteStep(ledger, nameof(ConfirmStock))
{
    /// <inheritdoc />
    protected override async Task<StepResult> CallAsync(StepRequest input)
    {
        var order = input.Order;
        return (await client.CallAsync(order.TenantId, StepCall.Do(SagaStep.ConfirmStock, order.OrderId, Apps.Products, HttpMethod.Post, $"/internal/v1/reservations/{order.OrderId}:confirm"))).ToResult();
    }
}
