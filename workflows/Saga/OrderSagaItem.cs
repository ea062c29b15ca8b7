namespace Workflows.Saga;

/// <summary>One product of an order.</summary>
public sealed record OrderSagaItem(Guid ProductId, int Quantity);
