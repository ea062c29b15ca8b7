using Payments.Model;
using ServiceDefaults;

namespace Payments.Reading;

/// <summary>Reads payments as far as the caller may see them.</summary>
internal sealed class PaymentReader(IDatabase database, PaymentTable payments)
{
    public Task<PaymentView?> FindAsync(RequestContext context, Guid id, CancellationToken ct) => database.TransactionAsync<PaymentView?>(
        context,
        async session => await payments.FindVisibleAsync(session, id) is { } payment ? PaymentView.Of(payment, await payments.TransactionsAsync(session, id)) : null,
        ct);

    public Task<IReadOnlyList<PaymentView>> OfOrderAsync(RequestContext context, Guid orderId, CancellationToken ct) => database.TransactionAsync<IReadOnlyList<PaymentView>>(
        context,
        async session =>
        {
            var found = await payments.VisibleOfOrderAsync(session, orderId);
            var transactions = (await payments.TransactionsAsync(session, [.. found.Select(payment => payment.Id)])).ToLookup(row => row.PaymentId);
            return [.. found.Select(payment => PaymentView.Of(payment, transactions[payment.Id]))];
        },
        ct);
}
