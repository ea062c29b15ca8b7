using ServiceDefaults;

namespace Payments.Model;

/// <summary>The events of payments, written in the transaction of the change. They carry ids and amounts, nothing of the card.</summary>
internal sealed class PaymentEvents(IOutbox outbox)
{
    public const string Topic = "payments";

    public Task CompletedAsync(DbSession session, Payment payment) => AppendAsync(session, "payment.completed", payment);

    public Task FailedAsync(DbSession session, Payment payment) => AppendAsync(session, "payment.failed", payment);

    public Task RefundedAsync(DbSession session, Payment payment) => AppendAsync(session, "payment.refunded", payment);

    private Task AppendAsync(DbSession session, string type, Payment payment) => outbox.AppendAsync(session, OutboxEntry.Event(Topic, type, payment.Id, payment.Version, new
    {
        paymentId = payment.Id,
        payment.OrderId,
        payment.UserId,
        payment.Amount,
        payment.Currency,
        payment.Status,
        payment.RefundedAmount,
        payment.FailureCode,
    }));
}
