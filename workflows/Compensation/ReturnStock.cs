using Workflows.Ledger;
using Workflows.Saga;
using Workflows.Steps;

namespace Workflows.Compensation;

/// <summary>Gives sold stock back, whatever became of the confirmation.</summary>
public sealed class ReturnStock(IOrderLedger ledger, IStepClient client) : RemoteStep(ledger, StepKind.Compensation, nameof(ReturnStock))
{
    /// <inheritdoc />
    protected override async Task<StepResult> CallAsync(StepRequest input)
    {
        var orderId = input.Order.OrderId;
        return (await client.CallAsync(input.Order, StepCall.Undo(SagaStep.ConfirmStock, orderId, Apps.Products, $"/internal/v1/reservations/{orderId}:release"))).ToResult();
    }
}
