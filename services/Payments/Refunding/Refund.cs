using Payments.Charging;
using Payments.Model;
using Payments.Processor;
using ServiceDefaults;

namespace Payments.Refunding;

/// <summary>Gives back what there is of a leased payment: a hold is voided, a charge refunded, an unknown outcome looked up first.</summary>
internal sealed class Refund(IProcessor processor, Holds holds, PaymentBook book)
{
    private const string Undone = "payment_declined";

    /// <summary>Until nothing is left: REFUNDED, VOIDED or FAILED.</summary>
    public async Task<Payment> EverythingAsync(RequestContext context, Payment payment, CancellationToken ct)
    {
        while (true)
        {
            switch (payment.Status)
            {
                case PaymentStatus.Pending:
                    payment = await SettlePendingAsync(context, payment, ct);
                    break;
                case PaymentStatus.Authorized:
                    payment = await VoidAsync(context, payment, ct);
                    break;
                case PaymentStatus.Processing:
                    payment = await SettleProcessingAsync(context, payment, ct);
                    break;
                case PaymentStatus.Completed:
                    payment = await book.RefundingAsync(context, payment, payment.Refundable, requestKey: null, ct);
                    break;
                case PaymentStatus.Refunding:
                    payment = await SendAsync(context, payment, ct);
                    break;
                default:
                    return payment;
            }
        }
    }

    /// <summary>Sends the refund that is pending. A refusal leaves the payment REFUNDING, to be tried again.</summary>
    public async Task<Payment> SendAsync(RequestContext context, Payment payment, CancellationToken ct)
    {
        var pending = await book.PendingRefundAsync(context, payment, ct);
        var answer = await processor.RefundAsync(context, payment.AuthorizationId!, $"refund:{pending.Id}", pending.Amount, ct);
        return answer.IsDone
            ? await book.RefundedAsync(context, payment, pending, ct)
            : throw new TransientCallException($"The processor refused refund {pending.Id}: {answer.Code}.");
    }

    private async Task<Payment> SettlePendingAsync(RequestContext context, Payment payment, CancellationToken ct) =>
        await processor.FindAsync(context, payment.AuthorizationKey, ct) switch
        {
            null => await GiveUpAsync(context, payment, ct),
            { IsDeclined: true } declined => await book.NotAuthorizedAsync(context, payment, declined.Code ?? Undone, declined.Id, ct),
            { } held => await book.AuthorizedAsync(context, payment, held.Id, ct),
        };

    // Not there does not mean that it never comes: the request may still be on its way or in the processor's queue.
    private async Task<Payment> GiveUpAsync(RequestContext context, Payment payment, CancellationToken ct)
    {
        await holds.PreventAsync(context, payment, ct);
        return await book.NotAuthorizedAsync(context, payment, Undone, null, ct);
    }

    private async Task<Payment> SettleProcessingAsync(RequestContext context, Payment payment, CancellationToken ct)
    {
        var found = await processor.FindAsync(context, payment.AuthorizationKey, ct);
        if (found is { IsCaptured: true })
        {
            return await book.CompletedAsync(context, payment, ct);
        }

        await holds.VoidAsync(context, payment, ct);
        return await book.NotCapturedAsync(context, payment, Undone, ct);
    }

    private async Task<Payment> VoidAsync(RequestContext context, Payment payment, CancellationToken ct)
    {
        await holds.VoidAsync(context, payment, ct);
        return await book.VoidedAsync(context, payment, ct);
    }
}
