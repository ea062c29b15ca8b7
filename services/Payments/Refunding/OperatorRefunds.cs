using Payments.Charging;
using Payments.Model;
using Payments.Reading;
using ServiceDefaults;

namespace Payments.Refunding;

/// <summary>
/// Refunds that an operator asks for, whole or in part. Invariant: a request begins one refund at most, however often it is
/// repeated and wherever it broke off; the refund's row carries the request's key for that.
/// </summary>
internal sealed class OperatorRefunds(IDatabase database, PaymentLeases leases, PaymentBook book, Refund refund, PaymentReader reader)
{
    /// <summary>The answer to keep; null while the processor has not answered: the same key continues the same refund.</summary>
    /// <param name="amount">Null = everything that is left.</param>
    /// <param name="key">The request's idempotency key; it belongs to the caller.</param>
    public async Task<StoredResponse?> RunAsync(RequestContext context, Guid id, decimal? amount, string key, CancellationToken ct)
    {
        if (await reader.FindAsync(context, id, ct) is null)
        {
            return StoredResponse.Problem(Codes.NotFound);
        }

        var leased = await database.TransactionAsync(context, session => leases.TryTakeAsync(session, id), ct);
        if (leased is null)
        {
            return null;
        }

        StoredResponse? refusal = null;
        var done = await leases.WorkAsync(context, leased, async (payment, token) =>
        {
            (payment, refusal) = await RefundAsync(context, payment, amount, $"{context.RequiredUserId}:{key}", token);
            return payment;
        }, ct);
        return refusal ?? (done is null ? null : new StoredResponse(StatusCodes.Status200OK, await reader.FindAsync(context, id, ct)));
    }

    private async Task<(Payment Payment, StoredResponse? Refusal)> RefundAsync(RequestContext context, Payment payment, decimal? amount, string requestKey, CancellationToken ct)
    {
        if (await book.RefundOfRequestAsync(context, payment, requestKey, ct) is { } begun)
        {
            return await ContinueAsync(context, payment, begun, amount, ct);
        }

        if (payment.Status == PaymentStatus.Refunding)
        {
            // Somebody else's refund broke off. It comes first, because what is left for this one depends on it.
            payment = await refund.SendAsync(context, payment, ct);
        }

        if (Refusal(payment, amount) is { } refusal)
        {
            return (payment, refusal);
        }

        payment = await book.RefundingAsync(context, payment, amount ?? payment.Refundable, requestKey, ct);
        return (await refund.SendAsync(context, payment, ct), null);
    }

    private async Task<(Payment Payment, StoredResponse? Refusal)> ContinueAsync(RequestContext context, Payment payment, PaymentTransaction begun, decimal? amount, CancellationToken ct)
    {
        if (amount is not null && amount != begun.Amount)
        {
            return (payment, StoredResponse.Problem(Codes.IdempotencyKeyReused, "The key was used before for a refund of another amount."));
        }

        return (begun.Status == TransactionStatus.Pending ? await refund.SendAsync(context, payment, ct) : payment, null);
    }

    /// <summary>Only what was captured and is not given back can be refunded.</summary>
    private static StoredResponse? Refusal(Payment payment, decimal? amount) => payment.Status switch
    {
        PaymentStatus.Completed when amount is null || amount <= payment.Refundable => null,
        _ => StoredResponse.Problem(Codes.RefundExceedsCapture, $"Of this payment {payment.Refundable:0.00} {payment.Currency} can be refunded."),
    };
}
