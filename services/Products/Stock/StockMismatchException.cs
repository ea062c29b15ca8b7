namespace Products.Stock;

/// <summary>Stock counters do not hold what a reservation says they hold: a fault, never an expected outcome.</summary>
internal sealed class StockMismatchException(string message) : Exception(message);
