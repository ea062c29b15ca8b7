using Products.Stock;
using ServiceDefaults;

namespace Products.Reservations;

/// <summary>Rows of reservations and their lines. Every step locks the reservation's row before it touches stock.</summary>
internal sealed class ReservationTable(TimeProvider time)
{
    /// <summary>Adds the row; false when the order has one already (also one that a concurrent step is adding: it waits for it).</summary>
    public async Task<bool> TryAddAsync(DbSession session, Guid orderId, string status, DateTimeOffset? expiresAt)
    {
        const string sql = """
            INSERT INTO reservations (tenant_id, order_id, status, expires_at, created_at, updated_at)
            VALUES (@tenantId, @orderId, @status, @expiresAt, @now, @now)
            ON CONFLICT (tenant_id, order_id) DO NOTHING
            """;
        return await session.ExecuteAsync(sql, new { tenantId = session.Context.TenantId, orderId, status, expiresAt, now = time.GetUtcNow() }) == 1;
    }

    public Task AddLinesAsync(DbSession session, Guid orderId, IReadOnlyList<StockLine> lines)
    {
        const string sql = """
            INSERT INTO reservation_lines (tenant_id, order_id, product_id, quantity)
            SELECT @tenantId, @orderId, line.product_id, line.quantity FROM unnest(@products, @quantities) AS line (product_id, quantity)
            """;
        return session.ExecuteAsync(sql, new
        {
            tenantId = session.Context.TenantId,
            orderId,
            products = lines.Select(line => line.ProductId).ToArray(),
            quantities = lines.Select(line => line.Quantity).ToArray(),
        });
    }

    /// <summary>The reservation, locked until the transaction ends, or null.</summary>
    public Task<Reservation?> LockAsync(DbSession session, Guid orderId) => session.QuerySingleOrDefaultAsync<Reservation>(
        "SELECT order_id AS OrderId, status, expires_at AS ExpiresAt, version FROM reservations WHERE order_id = @orderId FOR UPDATE",
        new { orderId });

    public async Task<IReadOnlyList<StockLine>> LinesAsync(DbSession session, Guid orderId) => StockLine.InLockOrder(
        await session.QueryAsync<StockLine>(
            "SELECT product_id AS ProductId, quantity FROM reservation_lines WHERE order_id = @orderId",
            new { orderId }));

    public Task SetStatusAsync(DbSession session, Guid orderId, string status) => session.ExecuteAsync(
        "UPDATE reservations SET status = @status, version = version + 1, updated_at = @now WHERE order_id = @orderId",
        new { orderId, status, now = time.GetUtcNow() });
}
