namespace PaymentProcessor.Tokens;

/// <summary>Tokens stand for cards: they carry the card's scenario and nothing of its number.</summary>
internal static class CardTokens
{
    private const string Prefix = "tok";

    private static readonly Dictionary<string, Scenario> ByNumber = new(StringComparer.Ordinal)
    {
        ["4000000000000002"] = Scenario.Declined,
        ["4000000000009995"] = Scenario.InsufficientFunds,
        ["4000000000000069"] = Scenario.Expired,
        ["4100000000000019"] = Scenario.Fraud,
        ["4000000000000119"] = Scenario.TemporaryError,
        ["4000000000000259"] = Scenario.Unavailable,
        ["4000000000000341"] = Scenario.CaptureFails,
        ["4000000000006975"] = Scenario.SlowCapture,
    };

    public static string Create(string cardNumber, Guid id) => $"{Prefix}_{ByNumber.GetValueOrDefault(cardNumber, Scenario.Approve)}_{id:N}";

    /// <summary>Null when it is no token of this processor.</summary>
    public static Scenario? ScenarioOf(string? token) =>
        token?.Split('_') is [Prefix, var word, _] && Enum.TryParse<Scenario>(word, out var scenario) ? scenario : null;
}
