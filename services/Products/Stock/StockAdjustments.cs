using Products.Catalogue;
using ServiceDefaults;

namespace Products.Stock;

/// <summary>Brings units in or takes them out (delivery, breakage, stocktaking).</summary>
internal sealed class StockAdjustments(IDatabase database, StockBook stock, StockEvents events)
{
    /// <summary>The outcome, with the product as it is afterwards unless it was not found.</summary>
    public Task<(AdjustmentOutcome Outcome, ProductRow? Product)> ApplyAsync(
        RequestContext context, Guid productId, long delta, string reason, CancellationToken ct) =>
        database.TransactionAsync(context, async session =>
        {
            if (await ProductReader.FindAsync(session, productId) is null)
            {
                return (AdjustmentOutcome.NotFound, (ProductRow?)null);
            }

            var counters = await stock.TryMoveAsync(session, StockMovement.Adjust(productId, delta), orderId: null, reason);
            if (counters is not null)
            {
                await events.ChangedAsync(session, productId, counters);
            }

            var outcome = counters is null ? AdjustmentOutcome.InsufficientStock : AdjustmentOutcome.Applied;
            return (outcome, await ProductReader.FindAsync(session, productId));
        }, ct);
}
