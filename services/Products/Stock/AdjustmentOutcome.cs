namespace Products.Stock;

/// <summary>What became of a stock adjustment.</summary>
internal enum AdjustmentOutcome
{
    Applied,
    InsufficientStock,
    NotFound,
}
