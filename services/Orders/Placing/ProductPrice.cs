namespace Orders.Placing;

/// <summary>What a product costs now.</summary>
internal sealed record ProductPrice(Guid ProductId, decimal Price, string Currency);
