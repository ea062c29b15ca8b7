using Payments.Model;
using ServiceDefaults;

namespace Payments.Charging;

/// <summary>Writes what the processor answered: the payment, the transaction and the event in one database transaction.</summary>
internal sealed class PaymentBook(IDatabase database, PaymentTable payments, PaymentEvents events)
{
    public Task<Payment> AuthorizedAsync(RequestContext context, Payment payment, string authorizationId, CancellationToken ct) =>
        WriteAsync(context, payment, payment with { Status = PaymentStatus.Authorized, AuthorizationId = authorizationId }, (session, saved) =>
            payments.AddTransactionAsync(session, saved, TransactionKind.Authorization, saved.Amount, TransactionStatus.Succeeded, authorizationId), ct);

    /// <summary>Refused, or given up before anything was authorised.</summary>
    public Task<Payment> NotAuthorizedAsync(RequestContext context, Payment payment, string code, string? authorizationId, CancellationToken ct) =>
        WriteAsync(context, payment, payment with { Status = PaymentStatus.Failed, FailureCode = code }, async (session, saved) =>
        {
            await payments.AddTransactionAsync(session, saved, TransactionKind.Authorization, saved.Amount, TransactionStatus.Failed, authorizationId);
            await events.FailedAsync(session, saved);
        }, ct);

    /// <summary>Written before the capture is sent: from here on the payment may have been charged.</summary>
    public Task<Payment> ProcessingAsync(RequestContext context, Payment payment, CancellationToken ct) =>
        WriteAsync(context, payment, payment with { Status = PaymentStatus.Processing }, (_, _) => Task.CompletedTask, ct);

    public Task<Payment> CompletedAsync(RequestContext context, Payment payment, CancellationToken ct) =>
        WriteAsync(context, payment, payment with { Status = PaymentStatus.Completed }, async (session, saved) =>
        {
            await payments.AddTransactionAsync(session, saved, TransactionKind.Capture, saved.Amount, TransactionStatus.Succeeded, saved.AuthorizationId);
            await events.CompletedAsync(session, saved);
        }, ct);

    /// <summary>The capture failed or was given up, and the hold is voided.</summary>
    public Task<Payment> NotCapturedAsync(RequestContext context, Payment payment, string code, CancellationToken ct) =>
        WriteAsync(context, payment, payment with { Status = PaymentStatus.Failed, FailureCode = code }, async (session, saved) =>
        {
            await payments.AddTransactionAsync(session, saved, TransactionKind.Capture, saved.Amount, TransactionStatus.Failed, saved.AuthorizationId);
            await payments.AddTransactionAsync(session, saved, TransactionKind.Void, saved.Amount, TransactionStatus.Succeeded, saved.AuthorizationId);
            await events.FailedAsync(session, saved);
        }, ct);

    public Task<Payment> VoidedAsync(RequestContext context, Payment payment, CancellationToken ct) =>
        WriteAsync(context, payment, payment with { Status = PaymentStatus.Voided }, (session, saved) =>
            payments.AddTransactionAsync(session, saved, TransactionKind.Void, saved.Amount, TransactionStatus.Succeeded, saved.AuthorizationId), ct);

    /// <summary>Written before the refund is sent; its transaction's id is the key of the refund at the processor.</summary>
    /// <param name="requestKey">The request that asks for it; null for the undo of an order.</param>
    public Task<Payment> RefundingAsync(RequestContext context, Payment payment, decimal amount, string? requestKey, CancellationToken ct) =>
        WriteAsync(context, payment, payment with { Status = PaymentStatus.Refunding }, (session, saved) =>
            payments.AddTransactionAsync(session, saved, TransactionKind.Refund, amount, TransactionStatus.Pending, null, requestKey), ct);

    /// <summary>The pending refund is done.</summary>
    public Task<Payment> RefundedAsync(RequestContext context, Payment payment, PaymentTransaction refund, CancellationToken ct)
    {
        var refunded = payment.RefundedAmount + refund.Amount;
        var status = refunded == payment.Amount ? PaymentStatus.Refunded : PaymentStatus.Completed;
        return WriteAsync(context, payment, payment with { Status = status, RefundedAmount = refunded }, async (session, saved) =>
        {
            await payments.SettleTransactionAsync(session, refund.Id, TransactionStatus.Succeeded, payment.AuthorizationId);
            await events.RefundedAsync(session, saved);
        }, ct);
    }

    public Task<PaymentTransaction> PendingRefundAsync(RequestContext context, Payment payment, CancellationToken ct) =>
        database.TransactionAsync(context, session => payments.PendingRefundAsync(session, payment.Id), ct);

    public Task<PaymentTransaction?> RefundOfRequestAsync(RequestContext context, Payment payment, string requestKey, CancellationToken ct) =>
        database.TransactionAsync(context, session => payments.RefundOfRequestAsync(session, payment.Id, requestKey), ct);

    private Task<Payment> WriteAsync(RequestContext context, Payment before, Payment after, Func<DbSession, Payment, Task> then, CancellationToken ct) =>
        database.TransactionAsync(context, async session =>
        {
            var saved = await payments.SaveAsync(session, before, after);
            await then(session, saved);
            return saved;
        }, ct);
}
