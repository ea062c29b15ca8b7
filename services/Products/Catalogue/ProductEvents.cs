using Products.Stock;
using ServiceDefaults;

namespace Products.Catalogue;

/// <summary>The product events of topic <c>products</c>, written in the transaction of the change.</summary>
internal sealed class ProductEvents(IOutbox outbox)
{
    public Task CreatedAsync(DbSession session, Guid productId) => AppendAsync(session, "product.created", productId, 1);

    public Task DeletedAsync(DbSession session, Guid productId, long version) => AppendAsync(session, "product.deleted", productId, version);

    public async Task UpdatedAsync(DbSession session, ProductRow before, ProductInput after, string status)
    {
        var version = before.Version + 1;
        await AppendAsync(session, "product.updated", before.Id, version);
        if (before.Price != after.Price)
        {
            await AppendAsync(session, "product.price_changed", before.Id, version);
        }

        if (before.Status != status)
        {
            await AppendAsync(session, status == ProductInput.Active ? "product.activated" : "product.deactivated", before.Id, version);
        }
    }

    private Task AppendAsync(DbSession session, string type, Guid productId, long version) => outbox.AppendAsync(session, OutboxEntry.Event(
        StockEvents.Topic, type, productId, version, new { productId }));
}
