using ServiceDefaults;

namespace Products.Stock;

/// <summary>The stock events of topic <c>products</c>, written in the transaction of the change.</summary>
internal sealed class StockEvents(IOutbox outbox)
{
    public const string Topic = "products";

    public Task ChangedAsync(DbSession session, Guid productId, StockCounters counters) => outbox.AppendAsync(session, OutboxEntry.Event(
        Topic,
        "stock.changed",
        productId,
        counters.Version,
        new { productId, available = counters.Available }));

    public Task ReservedAsync(DbSession session, Guid orderId, IReadOnlyList<StockLine> lines, DateTimeOffset expiresAt) =>
        outbox.AppendAsync(session, OutboxEntry.Event(
            Topic,
            "stock.reserved",
            orderId,
            1,
            new { orderId, items = lines, expiresAt }));

    public Task ReleasedAsync(DbSession session, Guid orderId, long version, IReadOnlyList<StockLine> lines, string reason) =>
        outbox.AppendAsync(session, OutboxEntry.Event(
            Topic,
            "stock.released",
            orderId,
            version,
            new { orderId, items = lines, reason }));
}
