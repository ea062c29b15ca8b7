namespace EndToEnd.Shop;

/// <summary>The simulated processor's card numbers.</summary>
public static class Cards
{
    public const string Approved = "4242424242424242";
    public const string Declined = "4000000000000002";
    public const string InsufficientFunds = "4000000000009995";
    public const string TemporaryErrorTwice = "4000000000000119";
    public const string UnavailableForEver = "4000000000000259";
    public const string CaptureFails = "4000000000000341";
    public const string ChargesButAnswersLate = "4000000000006975";
}
