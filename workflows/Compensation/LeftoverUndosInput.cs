using Workflows.Saga;

namespace Workflows.Compensation;

/// <summary>Undos that did not succeed at first.</summary>
/// <param name="Order">The order.</param>
/// <param name="Failure">Why it is cancelled.</param>
/// <param name="Undos">The undos, in the order they run.</param>
/// <param name="Round">The next round; 1 is the first.</param>
/// <param name="GiveUpAt">When (UTC) no further round begins.</param>
public sealed record LeftoverUndosInput(OrderSagaInput Order, SagaFailure Failure, IReadOnlyList<string> Undos, int Round, DateTime GiveUpAt);
