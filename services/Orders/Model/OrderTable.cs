using ServiceDefaults;

namespace Orders.Model;

/// <summary>Rows of orders and their lines. Whoever changes an order locks its row first.</summary>
internal sealed class OrderTable(TimeProvider time)
{
    private const string Columns = """
        id, tenant_id, user_id, status, cancelling, total, currency, shipping_address::text AS shipping_address, payment_method_id, payment_id,
        cancellation_code, cancellation_reason, idempotency_key, deadline, created_at, updated_at, version
        """;

    public async Task AddAsync(DbSession session, Order order, IReadOnlyList<OrderLine> lines)
    {
        const string orderSql = """
            INSERT INTO orders (id, tenant_id, user_id, status, total, currency, shipping_address, payment_method_id, idempotency_key, deadline, created_at, updated_at, version)
            VALUES (@Id, @TenantId, @UserId, 'CREATED', @Total, @Currency, @ShippingAddress::jsonb, @PaymentMethodId, @IdempotencyKey, @Deadline, @CreatedAt, @UpdatedAt, @Version)
            """;
        const string lineSql = """
            INSERT INTO order_lines (order_id, tenant_id, position, product_id, quantity, unit_price, line_total)
            SELECT @orderId, @tenantId, line.position, line.product_id, line.quantity, line.unit_price, line.unit_price * line.quantity
            FROM unnest(@products, @quantities, @prices) WITH ORDINALITY AS line (product_id, quantity, unit_price, position)
            """;
        await session.ExecuteAsync(orderSql, order);
        await session.ExecuteAsync(lineSql, new
        {
            orderId = order.Id,
            tenantId = order.TenantId,
            products = lines.Select(line => line.ProductId).ToArray(),
            quantities = lines.Select(line => line.Quantity).ToArray(),
            prices = lines.Select(line => line.UnitPrice).ToArray(),
        });
        await NoteStatusAsync(session, order);
    }

    public Task<Order?> FindAsync(DbSession session, Guid id) =>
        session.QuerySingleOrDefaultAsync<Order>($"SELECT {Columns} FROM orders WHERE id = @id", new { id });

    /// <summary>The order if the caller may see it: the owner, or an operator.</summary>
    public Task<Order?> FindVisibleAsync(DbSession session, Guid id) =>
        session.QuerySingleOrDefaultAsync<Order>($"SELECT {Columns} FROM orders WHERE id = @id AND (@all OR user_id = @userId)", Visible(session, id));

    /// <summary>The order if the caller may see it, locked until the transaction ends.</summary>
    public Task<Order?> LockVisibleAsync(DbSession session, Guid id) =>
        session.QuerySingleOrDefaultAsync<Order>($"SELECT {Columns} FROM orders WHERE id = @id AND (@all OR user_id = @userId) FOR UPDATE", Visible(session, id));

    /// <summary>The order, locked until the transaction ends. It exists: the caller was started by it.</summary>
    public Task<Order> LockAsync(DbSession session, Guid id) =>
        session.QuerySingleAsync<Order>($"SELECT {Columns} FROM orders WHERE id = @id FOR UPDATE", new { id });

    public Task<Order?> FindByKeyAsync(DbSession session, Guid userId, string key) =>
        session.QuerySingleOrDefaultAsync<Order>($"SELECT {Columns} FROM orders WHERE user_id = @userId AND idempotency_key = @key", new { userId, key });

    public Task<IReadOnlyList<OrderLine>> LinesAsync(DbSession session, params Guid[] orderIds) => session.QueryAsync<OrderLine>(
        "SELECT order_id, product_id, quantity, unit_price, line_total FROM order_lines WHERE order_id = ANY(@orderIds) ORDER BY order_id, position",
        new { orderIds });

    public async Task<PagedList<Order>> ListAsync(DbSession session, Guid? userId, OrderStatus? status, Page page)
    {
        const string filter = "(@userId::uuid IS NULL OR user_id = @userId) AND (@status::text IS NULL OR status = @status)";
        var parameters = new { userId, status = status is { } wanted ? Word(wanted) : null, size = page.Size, offset = page.Offset };
        var total = await session.QuerySingleAsync<long>($"SELECT count(*) FROM orders WHERE {filter}", parameters);
        var rows = await session.QueryAsync<Order>($"SELECT {Columns} FROM orders WHERE {filter} ORDER BY created_at DESC, id DESC LIMIT @size OFFSET @offset", parameters);
        return page.Of(rows, total);
    }

    /// <summary>Writes the changed members of a locked order under the next version; a change of status goes into the history too.</summary>
    public async Task<Order> SaveAsync(DbSession session, Order before, Order after)
    {
        if (before.Status != after.Status && !OrderTransitions.IsAllowed(before.Status, after.Status))
        {
            throw new InvalidOperationException($"An order does not go from {Word(before.Status)} to {Word(after.Status)}.");
        }

        const string sql = """
            UPDATE orders SET status = @status, cancelling = @Cancelling, payment_id = @PaymentId, cancellation_code = @CancellationCode,
              cancellation_reason = @CancellationReason, updated_at = @UpdatedAt, version = @Version
            WHERE id = @Id
            """;
        var saved = after with { Version = before.Version + 1, UpdatedAt = time.GetUtcNow() };
        await session.ExecuteAsync(sql, new
        {
            saved.Id,
            status = Word(saved.Status),
            saved.Cancelling,
            saved.PaymentId,
            saved.CancellationCode,
            saved.CancellationReason,
            saved.UpdatedAt,
            saved.Version,
        });
        if (before.Status != after.Status)
        {
            await NoteStatusAsync(session, saved);
        }

        return saved;
    }

    private static object Visible(DbSession session, Guid id) => new { id, all = session.Context.IsOperator, userId = session.Context.UserId };

    private static Task NoteStatusAsync(DbSession session, Order order) => session.ExecuteAsync(
        "INSERT INTO order_status_history (order_id, tenant_id, version, status, actor, at) VALUES (@Id, @TenantId, @Version, @status, @actor, @UpdatedAt)",
        new { order.Id, order.TenantId, order.Version, status = Word(order.Status), actor = session.Context.Actor, order.UpdatedAt });

    private static string Word(OrderStatus status) => status.ToString().ToUpperInvariant();
}
