namespace Workflows.Saga;

/// <summary>Why an order was cancelled: the words of the public API.</summary>
public static class CancellationCodes
{
    /// <summary>Less stock than ordered, or a reservation that expired before it was confirmed.</summary>
    public const string OutOfStock = "out_of_stock";

    /// <summary>The processor refused the card, or the capture.</summary>
    public const string PaymentDeclined = "payment_declined";

    /// <summary>The card has not enough money.</summary>
    public const string InsufficientFunds = "insufficient_funds";

    /// <summary>The card has expired.</summary>
    public const string CardExpired = "card_expired";

    /// <summary>The processor suspects fraud.</summary>
    public const string FraudSuspected = "fraud_suspected";

    /// <summary>No payment came about before the saga's deadline.</summary>
    public const string PaymentUnavailable = "payment_unavailable";

    /// <summary>The customer does not exist or is not active.</summary>
    public const string UserInvalid = "user_invalid";

    /// <summary>The customer, or an operator for them, cancelled.</summary>
    public const string CustomerRequest = "customer_request";

    /// <summary>A product cannot be ordered, or its service did not answer before the saga's deadline.</summary>
    public const string ProductUnavailable = "product_unavailable";

    private static readonly HashSet<string> All = new(StringComparer.Ordinal)
    {
        OutOfStock, PaymentDeclined, InsufficientFunds, CardExpired, FraudSuspected, PaymentUnavailable, UserInvalid, CustomerRequest, ProductUnavailable,
    };

    /// <summary>A code a service refused with, as a client sees it: unknown words become <paramref name="otherwise"/>.</summary>
    public static string Public(string? code, string otherwise) => code is not null && All.Contains(code) ? code : otherwise;
}
