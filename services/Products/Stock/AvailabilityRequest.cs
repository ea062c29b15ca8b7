namespace Products.Stock;

/// <summary>Body of an availability check.</summary>
internal sealed record AvailabilityRequest(IReadOnlyList<StockLine>? Items = null);
