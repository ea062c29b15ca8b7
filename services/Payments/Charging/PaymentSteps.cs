using Payments.Model;
using Payments.PaymentMethods;
using Payments.Refunding;
using ServiceDefaults;

namespace Payments.Charging;

/// <summary>The saga's payment step and its undo. Null = nothing is settled yet, the saga calls again under the same key.</summary>
internal sealed class PaymentSteps(IDatabase database, PaymentTable payments, PaymentMethodTable methods, PaymentLeases leases, Charge charge, Refund refund, IIdGenerator ids, TimeProvider time)
{
    private const string Declined = "payment_declined";

    public async Task<StoredResponse?> ProcessAsync(RequestContext context, Guid orderId, ProcessRequest request, CancellationToken ct)
    {
        var begun = await database.TransactionAsync(context, session => BeginAsync(session, orderId, request), ct);
        if (begun.Refusal is not null || begun.Payment is null)
        {
            return begun.Refusal;
        }

        var payment = await leases.WorkAsync(context, begun.Payment, (leased, token) => charge.RunAsync(context, leased, token), ct);
        return payment is null ? null : await AnswerAsync(context, payment, ct);
    }

    /// <summary>Whatever there is of the order's payment is undone, and nothing can come after.</summary>
    public async Task<StoredResponse?> RefundAsync(RequestContext context, Guid orderId, CancellationToken ct)
    {
        var (exists, leased) = await database.TransactionAsync(context, async session =>
        {
            await payments.LockOrderAsync(session, orderId);
            await payments.BuryAsync(session, orderId);
            var payment = await payments.FindByOrderAsync(session, orderId);
            return (payment is not null, payment is null ? null : await leases.TryTakeAsync(session, payment.Id));
        }, ct);
        if (!exists)
        {
            return StepResults.Done();
        }

        return leased is not null && await leases.WorkAsync(context, leased, (payment, token) => refund.EverythingAsync(context, payment, token), ct) is not null
            ? StepResults.Done()
            : null;
    }

    private async Task<Beginning> BeginAsync(DbSession session, Guid orderId, ProcessRequest request)
    {
        await payments.LockOrderAsync(session, orderId);
        if (await payments.IsBuriedAsync(session, orderId))
        {
            return new Beginning(null, StepResults.Rejected(Declined, "The order's payment was undone before."));
        }

        if (await payments.FindByOrderAsync(session, orderId) is { } existing)
        {
            return new Beginning(await leases.TryTakeAsync(session, existing.Id), null);
        }

        if (await methods.FindAsync(session, request.PaymentMethodId, request.UserId) is not { } method)
        {
            return new Beginning(null, StepResults.Rejected(Declined, "The customer has no such payment method."));
        }

        var payment = NewPayment(session.Context, orderId, request, method);
        await payments.AddAsync(session, payment);
        return new Beginning(await leases.TryTakeAsync(session, payment.Id), null);
    }

    private Payment NewPayment(RequestContext context, Guid orderId, ProcessRequest request, PaymentMethod method) => new()
    {
        Id = ids.NewId(),
        TenantId = context.TenantId,
        OrderId = orderId,
        UserId = request.UserId,
        Amount = request.Amount,
        Currency = request.Currency,
        PaymentMethodId = method.Id,
        Token = method.Token,
        CreatedAt = time.GetUtcNow(),
        UpdatedAt = time.GetUtcNow(),
        Version = 1,
    };

    private async Task<StoredResponse> AnswerAsync(RequestContext context, Payment payment, CancellationToken ct)
    {
        if (payment.Status != PaymentStatus.Completed)
        {
            return StepResults.Rejected(payment.FailureCode ?? Declined, "The payment did not come about.");
        }

        var transactions = await database.TransactionAsync(context, session => payments.TransactionsAsync(session, payment.Id), ct);
        var capture = transactions.Single(transaction => transaction is { Kind: TransactionKind.Capture, Status: TransactionStatus.Succeeded });
        return StepResults.Done(new { paymentId = payment.Id, transactionId = capture.Id });
    }

    private sealed record Beginning(Payment? Payment, StoredResponse? Refusal);
}
