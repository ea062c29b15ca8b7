namespace PaymentProcessor.Tokens;

/// <summary>What the simulation does with a card.</summary>
internal enum Scenario
{
    Approve,
    Declined,
    InsufficientFunds,
    Expired,
    Fraud,
    TemporaryError,
    Unavailable,
    CaptureFails,
    SlowCapture,
}
