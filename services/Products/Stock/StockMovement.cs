namespace Products.Stock;

/// <summary>
/// One change of a product's counters. Only initial stock and adjustments bring units in or out; every other movement
/// moves them between counters, so that available + reserved + sold stays the sum of the two.
/// </summary>
/// <param name="ProductId">The product whose counters change.</param>
/// <param name="Kind">The ledger's word for the movement.</param>
/// <param name="Available">Change of the units that may be bought.</param>
/// <param name="Reserved">Change of the units held for orders.</param>
/// <param name="Sold">Change of the units sold.</param>
internal sealed record StockMovement(Guid ProductId, string Kind, long Available, long Reserved, long Sold)
{
    public const string InitialKind = "initial";
    public const string AdjustmentKind = "adjustment";

    public static StockMovement Initial(Guid productId, long quantity) => new(productId, InitialKind, quantity, 0, 0);

    public static StockMovement Adjust(Guid productId, long delta) => new(productId, AdjustmentKind, delta, 0, 0);

    public static StockMovement Reserve(StockLine line) => new(line.ProductId, "reserve", -line.Quantity, line.Quantity, 0);

    public static StockMovement Confirm(StockLine line) => new(line.ProductId, "confirm", 0, -line.Quantity, line.Quantity);

    public static StockMovement Release(StockLine line) => new(line.ProductId, "release", line.Quantity, -line.Quantity, 0);

    public static StockMovement Expire(StockLine line) => new(line.ProductId, "expire", line.Quantity, -line.Quantity, 0);

    public static StockMovement Restock(StockLine line) => new(line.ProductId, "restock", line.Quantity, 0, -line.Quantity);
}
