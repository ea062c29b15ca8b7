namespace Payments.Model;

/// <summary>The payment state machine (CAP-PY-20 to CAP-PY-27); what is not listed is refused.</summary>
internal static class PaymentTransitions
{
    private static readonly HashSet<(PaymentStatus From, PaymentStatus To)> Allowed =
    [
        (PaymentStatus.Pending, PaymentStatus.Authorized),
        (PaymentStatus.Pending, PaymentStatus.Failed),
        (PaymentStatus.Authorized, PaymentStatus.Processing),
        (PaymentStatus.Authorized, PaymentStatus.Voided),
        (PaymentStatus.Processing, PaymentStatus.Completed),
        (PaymentStatus.Processing, PaymentStatus.Failed),
        (PaymentStatus.Completed, PaymentStatus.Refunding),
        (PaymentStatus.Refunding, PaymentStatus.Completed), // after a partial refund
        (PaymentStatus.Refunding, PaymentStatus.Refunded),
    ];

    public static bool IsAllowed(PaymentStatus from, PaymentStatus to) => Allowed.Contains((from, to));
}
