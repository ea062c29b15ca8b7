namespace Workflows.Saga;

/// <summary>The order to cancel and why.</summary>
public sealed record OrderCancellationInput(OrderSagaInput Order, SagaFailure Failure);
