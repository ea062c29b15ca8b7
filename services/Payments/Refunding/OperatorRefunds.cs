using Payments.Charging;
using Payments.Model;
using Payments.Reading;
using ServiceDefaults;

namespace Payments.Refunding;

/// <summary>Refunds that an operator asks for, whole or in part.</summary>
internal sealed class OperatorRefunds(IDatabase database, PaymentLeases leases, PaymentBook book, Refund refund, PaymentReader reader)
{
    /// <summary>The answer to keep; null while the processor has not answered: the same key continues the same refund.</summary>
    public async Task<StoredResponse?> RunAsync(RequestContext context, Guid id, decimal? amount, CancellationToken ct)
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
            refusal = Refusal(payment, amount);
            return refusal is null ? await RefundAsync(context, payment, amount, token) : payment;
        }, ct);
        return refusal ?? (done is null ? null : new StoredResponse(StatusCodes.Status200OK, await reader.FindAsync(context, id, ct)));
    }

    private async Task<Payment> RefundAsync(RequestContext context, Payment payment, decimal? amount, CancellationToken ct)
    {
        var begun = payment.Status == PaymentStatus.Refunding ? payment : await book.RefundingAsync(context, payment, amount ?? payment.Refundable, ct);
        return await refund.SendAsync(context, begun, ct);
    }

    /// <summary>A payment that is REFUNDING continues the refund that was begun; everything else has to be captured and not given back.</summary>
    private static StoredResponse? Refusal(Payment payment, decimal? amount) => payment.Status switch
    {
        PaymentStatus.Refunding => null,
        PaymentStatus.Completed when amount is null || amount <= payment.Refundable => null,
        _ => StoredResponse.Problem(Codes.RefundExceedsCapture, $"Of this payment {payment.Refundable:0.00} {payment.Currency} can be refunded."),
    };
}
