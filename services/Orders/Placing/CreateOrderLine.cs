namespace Orders.Placing;

/// <summary>A product and how many of it.</summary>
internal sealed record CreateOrderLine(Guid? ProductId = null, int? Quantity = null);
