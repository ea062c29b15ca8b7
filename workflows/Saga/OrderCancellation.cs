using Dapr.Workflow;
using Workflows.Compensation;

namespace Workflows.Saga;

/// <summary>Cancels an order whose saga has ended PAID: sold stock back, refund, order CANCELLED.</summary>
public sealed class OrderCancellation : Workflow<OrderCancellationInput, OrderSagaResult>
{
    /// <summary>The instance id of an order's cancellation.</summary>
    public static string InstanceId(Guid orderId) => $"{orderId}-cancellation";

    /// <inheritdoc />
    public override Task<OrderSagaResult> RunAsync(WorkflowContext context, OrderCancellationInput input) =>
        new Undoing(context, input.Order).RunAsync(input.Failure, SagaStep.AllUndos);
}
