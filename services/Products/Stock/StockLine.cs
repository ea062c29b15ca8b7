namespace Products.Stock;

/// <summary>A quantity of one product.</summary>
internal sealed record StockLine(Guid ProductId, int Quantity)
{
    /// <summary>
    /// One line per product, in the order in which every writer locks stock rows: two writers that need the same products
    /// never wait for each other in a circle.
    /// </summary>
    public static IReadOnlyList<StockLine> InLockOrder(IEnumerable<StockLine> lines) =>
        [.. lines.GroupBy(line => line.ProductId)
            .Select(group => new StockLine(group.Key, group.Sum(line => line.Quantity)))
            .OrderBy(line => line.ProductId)];
}
