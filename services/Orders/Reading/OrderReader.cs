using Orders.Model;
using Orders.Sagas;
using ServiceDefaults;

namespace Orders.Reading;

/// <summary>Reads orders and their sagas as far as the caller may see them.</summary>
internal sealed class OrderReader(IDatabase database, OrderTable orders, SagaTable sagas)
{
    public Task<OrderView?> FindAsync(RequestContext context, Guid id, CancellationToken ct) => database.TransactionAsync<OrderView?>(
        context,
        async session => await orders.FindVisibleAsync(session, id) is { } order ? OrderView.Of(order, await orders.LinesAsync(session, id)) : null,
        ct);

    public Task<SagaView?> FindSagaAsync(RequestContext context, Guid id, CancellationToken ct) => database.TransactionAsync<SagaView?>(
        context,
        async session => await orders.FindVisibleAsync(session, id) is not null && await sagas.FindAsync(session, id) is { } saga
            ? SagaView.Of(saga, await sagas.StepsAsync(session, id), context.IsOperator)
            : null,
        ct);

    public Task<PagedList<OrderView>> ListAsync(RequestContext context, Guid? userId, OrderStatus? status, Page page, CancellationToken ct) => database.TransactionAsync(
        context,
        async session =>
        {
            var list = await orders.ListAsync(session, userId, status, page);
            var lines = (await orders.LinesAsync(session, [.. list.Items.Select(order => order.Id)])).ToLookup(line => line.OrderId);
            return page.Of<OrderView>([.. list.Items.Select(order => OrderView.Of(order, lines[order.Id]))], list.Total);
        },
        ct);
}
