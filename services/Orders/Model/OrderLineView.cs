namespace Orders.Model;

/// <summary>A line as clients see it.</summary>
internal sealed record OrderLineView(Guid ProductId, int Quantity, decimal UnitPrice, decimal LineTotal);
