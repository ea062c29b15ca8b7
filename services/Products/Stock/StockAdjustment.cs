using ServiceDefaults;

namespace Products.Stock;

/// <summary>Body of a stock adjustment.</summary>
internal sealed record StockAdjustment(long? Delta = null, string? Reason = null)
{
    private const long LargestDelta = 1_000_000;
    private const int LongestReason = 200;

    public Validation Validate()
    {
        var validation = new Validation();
        validation.Require(
            Delta is >= -LargestDelta and <= LargestDelta and not 0, "delta", $"must be a whole number other than 0, from -{LargestDelta} to {LargestDelta}");
        validation.Require(
            !string.IsNullOrWhiteSpace(Reason) && Reason.Length <= LongestReason && !Reason.Contains('\0', StringComparison.Ordinal),
            "reason",
            $"must be 1 to {LongestReason} characters of text");
        return validation;
    }
}
