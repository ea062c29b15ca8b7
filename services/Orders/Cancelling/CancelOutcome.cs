using Orders.Model;

namespace Orders.Cancelling;

/// <summary>What became of a cancel request.</summary>
internal sealed record CancelOutcome(CancelDecision Decision, OrderView? Order, OrderStatus? Status);
