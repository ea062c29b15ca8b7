using Payments.Model;
using Payments.Processor;
using ServiceDefaults;

namespace Payments.Charging;

/// <summary>
/// Takes a leased payment from wherever it stands to COMPLETED or FAILED. Invariant: money is taken at most once, because both
/// calls carry keys of the payment and a call without an answer is settled by looking up what the processor has, never by guess.
/// </summary>
internal sealed class Charge(IProcessor processor, Holds holds, PaymentBook book)
{
    private const string CaptureFailed = "payment_declined";

    public async Task<Payment> RunAsync(RequestContext context, Payment payment, CancellationToken ct)
    {
        while (true)
        {
            switch (payment.Status)
            {
                case PaymentStatus.Pending:
                    payment = await AuthorizeAsync(context, payment, ct);
                    break;
                case PaymentStatus.Authorized:
                    payment = await book.ProcessingAsync(context, payment, ct);
                    break;
                case PaymentStatus.Processing:
                    payment = await CaptureAsync(context, payment, ct);
                    break;
                default:
                    return payment;
            }
        }
    }

    private async Task<Payment> AuthorizeAsync(RequestContext context, Payment payment, CancellationToken ct)
    {
        var authorization = await AskAsync(
            context, payment, () => processor.AuthorizeAsync(context, payment.AuthorizationKey, payment.Token, payment.Amount, payment.Currency, ct), found => true, ct);
        return authorization.IsDeclined || authorization.IsVoided
            ? await book.NotAuthorizedAsync(context, payment, authorization.Code ?? CaptureFailed, authorization.Id, ct)
            : await book.AuthorizedAsync(context, payment, authorization.Id, ct);
    }

    private async Task<Payment> CaptureAsync(RequestContext context, Payment payment, CancellationToken ct)
    {
        var authorization = await AskAsync(context, payment, () => processor.CaptureAsync(context, payment.AuthorizationId!, ct), found => found.IsCaptured, ct);
        if (authorization.IsCaptured)
        {
            return await book.CompletedAsync(context, payment, ct);
        }

        // The hold goes first: while it is not voided, whatever the reason, the payment stays PROCESSING and comes here again.
        if (!authorization.IsVoided)
        {
            await holds.VoidAsync(context, payment, ct);
        }

        return await book.NotCapturedAsync(context, payment, CaptureFailed, ct);
    }

    /// <summary>The processor's answer; without one, what the look-up shows if that settles it, else the fault of the call.</summary>
    private async Task<ProcessorAuthorization> AskAsync(
        RequestContext context, Payment payment, Func<Task<ProcessorAnswer>> call, Func<ProcessorAuthorization, bool> settles, CancellationToken ct)
    {
        try
        {
            return (await call()).Authorization;
        }
        catch (TransientCallException)
        {
            if (await processor.FindAsync(context, payment.AuthorizationKey, ct) is { } found && settles(found))
            {
                return found;
            }

            throw;
        }
    }
}
