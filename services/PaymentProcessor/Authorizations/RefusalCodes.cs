namespace PaymentProcessor.Authorizations;

/// <summary>Why the processor refuses.</summary>
internal static class RefusalCodes
{
    public const string PaymentDeclined = "payment_declined";
    public const string InsufficientFunds = "insufficient_funds";
    public const string CardExpired = "card_expired";
    public const string FraudSuspected = "fraud_suspected";
    public const string NotAuthorized = "not_authorized";
    public const string AlreadyCaptured = "already_captured";
    public const string RefundExceedsCapture = "refund_exceeds_capture";
}
