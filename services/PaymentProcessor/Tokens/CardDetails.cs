namespace PaymentProcessor.Tokens;

/// <summary>A card as it comes in. It never goes anywhere else, its text form included.</summary>
internal sealed record CardDetails(string? Number = null, int? ExpMonth = null, int? ExpYear = null)
{
    public override string ToString() => nameof(CardDetails);
}
