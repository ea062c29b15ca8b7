using Payments.Model;

namespace Payments.Reading;

/// <summary>A payment as clients see it.</summary>
internal sealed record PaymentView(
    Guid Id,
    Guid OrderId,
    Guid UserId,
    decimal Amount,
    string Currency,
    PaymentStatus Status,
    decimal RefundedAmount,
    string? FailureCode,
    IReadOnlyList<TransactionView> Transactions,
    DateTimeOffset CreatedAt,
    DateTimeOffset UpdatedAt)
{
    public static PaymentView Of(Payment payment, IEnumerable<PaymentTransaction> transactions) => new(
        payment.Id,
        payment.OrderId,
        payment.UserId,
        payment.Amount,
        payment.Currency,
        payment.Status,
        payment.RefundedAmount,
        payment.FailureCode,
        [.. transactions.Select(row => new TransactionView(row.Id, row.Kind, row.Amount, row.Status, row.ExternalId, row.At))],
        payment.CreatedAt,
        payment.UpdatedAt);
}
