using ServiceDefaults;

namespace Products.Stock;

/// <summary>
/// The only writer of stock counters. A movement is one conditional UPDATE that writes its ledger row in the same
/// statement: it happens whole, or (when a counter would fall below zero) not at all.
/// </summary>
internal sealed class StockBook(TimeProvider time)
{
    private const string MoveSql = """
        WITH moved AS (
          UPDATE stock
          SET available = available + @Available, reserved = reserved + @Reserved, sold = sold + @Sold,
              version = version + 1, updated_at = @now
          WHERE product_id = @ProductId
            AND available + @Available >= 0 AND reserved + @Reserved >= 0 AND sold + @Sold >= 0
          RETURNING tenant_id, available, reserved, sold, version),
        written AS (
          INSERT INTO stock_ledger (tenant_id, product_id, kind, available_delta, reserved_delta, sold_delta, order_id, reason, actor, at)
          SELECT tenant_id, @ProductId, @Kind, @Available, @Reserved, @Sold, @orderId, @reason, @actor, @now FROM moved)
        SELECT available, reserved, sold, version FROM moved
        """;

    private const string OpenSql = """
        WITH opened AS (
          INSERT INTO stock (product_id, tenant_id, available, updated_at) VALUES (@productId, @tenantId, @quantity, @now))
        INSERT INTO stock_ledger (tenant_id, product_id, kind, available_delta, reserved_delta, sold_delta, actor, at)
        VALUES (@tenantId, @productId, @kind, @quantity, 0, 0, @actor, @now)
        """;

    /// <summary>Opens the counters of a new product with its initial stock.</summary>
    public Task OpenAsync(DbSession session, Guid productId, long quantity) => session.ExecuteAsync(OpenSql, new
    {
        productId,
        tenantId = session.Context.TenantId,
        quantity,
        kind = StockMovement.InitialKind,
        actor = session.Context.Actor,
        now = time.GetUtcNow(),
    });

    /// <summary>The counters after the movement, or null when a counter would fall below zero or the product has no stock row.</summary>
    public Task<StockCounters?> TryMoveAsync(DbSession session, StockMovement movement, Guid? orderId, string? reason) =>
        session.QuerySingleOrDefaultAsync<StockCounters>(MoveSql, new
        {
            movement.ProductId,
            movement.Kind,
            movement.Available,
            movement.Reserved,
            movement.Sold,
            orderId,
            reason,
            actor = session.Context.Actor,
            now = time.GetUtcNow(),
        });

    /// <summary>Moves what an earlier movement of the same order is known to have put there.</summary>
    /// <exception cref="StockMismatchException">The counters contradict the reservation.</exception>
    public async Task MoveAsync(DbSession session, StockMovement movement, Guid orderId)
    {
        if (await TryMoveAsync(session, movement, orderId, reason: null) is null)
        {
            throw new StockMismatchException($"Stock of product {movement.ProductId} does not hold what order {orderId} reserved ({movement.Kind}).");
        }
    }
}
