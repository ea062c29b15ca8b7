namespace Orders.Model;

/// <summary>One product of an order at the price of the time it was placed.</summary>
internal sealed record OrderLine
{
    public Guid OrderId { get; init; }

    public Guid ProductId { get; init; }

    public int Quantity { get; init; }

    public decimal UnitPrice { get; init; }

    public decimal LineTotal { get; init; }
}
