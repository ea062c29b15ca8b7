namespace PaymentProcessor.Authorizations;

/// <summary>The states of an authorisation.</summary>
internal enum AuthorizationStatus
{
    /// <summary>No decision yet: the attempts so far failed for a temporary error.</summary>
    Undecided,
    Authorized,
    Declined,
    Captured,
    Voided,
    Refunded,
}
