namespace Payments.Model;

/// <summary>The states of a payment.</summary>
internal enum PaymentStatus
{
    Pending,
    Authorized,
    Processing,
    Completed,
    Refunding,
    Refunded,
    Failed,
    Voided,
}
