using ServiceDefaults;

namespace Orders.Model;

/// <summary>The events of orders, written in the transaction of the change. They carry ids and amounts, no personal data.</summary>
internal sealed class OrderEvents(IOutbox outbox)
{
    public const string Topic = "orders";

    public Task CreatedAsync(DbSession session, Order order) => AppendAsync(session, "order.created", order);

    public Task ReservedAsync(DbSession session, Order order) => AppendAsync(session, "order.reserved", order);

    public Task PaidAsync(DbSession session, Order order) => AppendAsync(session, "order.paid", order);

    public Task CancelledAsync(DbSession session, Order order) => AppendAsync(session, "order.cancelled", order);

    public Task InterventionRequiredAsync(DbSession session, Order order, IReadOnlyList<string> undos) => AppendAsync(session, "order.intervention_required", order, undos);

    private Task AppendAsync(DbSession session, string type, Order order, IReadOnlyList<string>? undos = null)
    {
        var data = new OrderEventData(order.TenantId, order.Version, order.Id, order.UserId, order.Status, order.Total, order.Currency, order.PaymentId, order.CancellationCode, undos);
        return outbox.AppendAsync(session, OutboxEntry.Event(Topic, type, order.Id.ToString(), order.Version, data));
    }
}
