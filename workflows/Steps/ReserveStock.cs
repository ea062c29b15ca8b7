using Workflows.Ledger;
using Workflows.Saga;

namespace Workflows.Steps;

/// <summary>Holds the ordered stock, all lines or none.</summary>
public sealed class ReserveStock(IOrderLedger ledger, IStepClient client) : RemoteStep(ledger, nameof(ReserveStock))
{
    /// <inheritdoc />
    protected override async Task<StepResult> CallAsync(StepRequest input)
    {
        var order = input.Order;
        var body = new { items = order.Items, expiresInSeconds = order.ReservationSeconds };
        return (await client.CallAsync(order.TenantId, StepCall.Do(SagaStep.ReserveStock, order.OrderId, Apps.Products, HttpMethod.Put, $"/internal/v1/reservations/{order.OrderId}", body))).ToResult();
    }
}
