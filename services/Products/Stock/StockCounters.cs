namespace Products.Stock;

/// <summary>The three counters of a product's stock after a movement.</summary>
internal sealed record StockCounters(long Available, long Reserved, long Sold, long Version);
