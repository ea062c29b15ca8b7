using Workflows.Saga;

namespace Workflows.Compensation;

/// <summary>Input of the activities that write the course of a compensation.</summary>
/// <param name="Order">The order.</param>
/// <param name="Failure">Why it is cancelled.</param>
/// <param name="Undos">The undos concerned, in the order they run.</param>
public sealed record CompensationRequest(OrderSagaInput Order, SagaFailure Failure, IReadOnlyList<string> Undos);
