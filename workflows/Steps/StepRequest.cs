using Workflows.Saga;

namespace Workflows.Steps;

/// <summary>Input of a step's or an undo's activity.</summary>
/// <param name="Order">The order.</param>
/// <param name="Attempt">1 for the first attempt.</param>
/// <param name="PaymentId">The payment, once there is one.</param>
public sealed record StepRequest(OrderSagaInput Order, int Attempt, Guid? PaymentId = null);
