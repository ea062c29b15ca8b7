using Orders.Model;
using Orders.Sagas;
using ServiceDefaults;

namespace Orders.Placing;

/// <summary>Waits for the outcome of an order that was just placed (or placed before, under the same key).</summary>
internal sealed class OrderWaiting(IDatabase database, OrderTable orders, OrderSettlements settlements)
{
    /// <summary>The order as it is once settled or when the time is over; null when the request placed none.</summary>
    public async Task<OrderView?> WaitAsync(RequestContext context, string key, TimeSpan limit, IResult placed, CancellationToken ct)
    {
        if (placed is IStatusCodeHttpResult { StatusCode: >= StatusCodes.Status400BadRequest })
        {
            return null;
        }

        var order = await database.TransactionAsync(context, session => orders.FindByKeyAsync(session, context.RequiredUserId, key), ct);
        if (order is null)
        {
            return null;
        }

        var settled = await settlements.WaitAsync(order.Id, limit, () => ReadAsync(context, order.Id, ct), ct);
        var lines = await database.TransactionAsync(context, session => orders.LinesAsync(session, order.Id), ct);
        return OrderView.Of(settled, lines);
    }

    private async Task<Order> ReadAsync(RequestContext context, Guid orderId, CancellationToken ct) =>
        await database.TransactionAsync(context, session => orders.FindAsync(session, orderId), ct)
        ?? throw new InvalidOperationException($"Order {orderId} has disappeared.");
}
