using ServiceDefaults;

namespace Payments.Model;

/// <summary>Rows of payments, their transactions and tombstones.</summary>
internal sealed class PaymentTable(TimeProvider time, IIdGenerator ids)
{
    private const string Columns = """
        id, tenant_id, order_id, user_id, amount, currency, payment_method_id, token, status, authorization_id, refunded_amount, failure_code,
        lease_id, lease_until, created_at, updated_at, version
        """;

    private const string TransactionColumns = "id, payment_id, kind, amount, status, external_id, request_key, at";

    /// <summary>Serialises what begins for an order: a payment and a tombstone must not come about at the same time.</summary>
    public Task LockOrderAsync(DbSession session, Guid orderId) =>
        session.ExecuteAsync("SELECT pg_advisory_xact_lock(hashtextextended(@key, 0))", new { key = $"{session.Context.TenantId}:{orderId}" });

    public Task<Payment?> FindByOrderAsync(DbSession session, Guid orderId) =>
        session.QuerySingleOrDefaultAsync<Payment>($"SELECT {Columns} FROM payments WHERE order_id = @orderId", new { orderId });

    public Task<Payment?> LockAsync(DbSession session, Guid id) =>
        session.QuerySingleOrDefaultAsync<Payment>($"SELECT {Columns} FROM payments WHERE id = @id FOR UPDATE", new { id });

    /// <summary>The payment if the caller may see it: the order's owner, or an operator.</summary>
    public Task<Payment?> FindVisibleAsync(DbSession session, Guid id) => session.QuerySingleOrDefaultAsync<Payment>(
        $"SELECT {Columns} FROM payments WHERE id = @id AND (@all OR user_id = @userId)",
        new { id, all = session.Context.IsOperator, userId = session.Context.UserId });

    public Task<IReadOnlyList<Payment>> VisibleOfOrderAsync(DbSession session, Guid orderId) => session.QueryAsync<Payment>(
        $"SELECT {Columns} FROM payments WHERE order_id = @orderId AND (@all OR user_id = @userId)",
        new { orderId, all = session.Context.IsOperator, userId = session.Context.UserId });

    public Task<IReadOnlyList<PaymentTransaction>> TransactionsAsync(DbSession session, params Guid[] paymentIds) => session.QueryAsync<PaymentTransaction>(
        $"SELECT {TransactionColumns} FROM payment_transactions WHERE payment_id = ANY(@paymentIds) ORDER BY at, id",
        new { paymentIds });

    public Task<bool> IsBuriedAsync(DbSession session, Guid orderId) =>
        session.QuerySingleAsync<bool>("SELECT EXISTS (SELECT 1 FROM payment_tombstones WHERE order_id = @orderId)", new { orderId });

    public Task BuryAsync(DbSession session, Guid orderId) => session.ExecuteAsync(
        "INSERT INTO payment_tombstones (order_id, tenant_id, created_at) VALUES (@orderId, @tenantId, @now) ON CONFLICT (order_id) DO NOTHING",
        new { orderId, tenantId = session.Context.TenantId, now = time.GetUtcNow() });

    public Task AddAsync(DbSession session, Payment payment) => session.ExecuteAsync(
        """
        INSERT INTO payments (id, tenant_id, order_id, user_id, amount, currency, payment_method_id, token, status, created_at, updated_at, version)
        VALUES (@Id, @TenantId, @OrderId, @UserId, @Amount, @Currency, @PaymentMethodId, @Token, 'PENDING', @CreatedAt, @UpdatedAt, @Version)
        """,
        payment);

    /// <summary>Takes or prolongs the lease of a locked payment.</summary>
    public async Task<Payment> LeaseAsync(DbSession session, Payment payment, TimeSpan lease)
    {
        var leased = payment with { LeaseId = ids.NewId(), LeaseUntil = time.GetUtcNow() + lease };
        await session.ExecuteAsync("UPDATE payments SET lease_id = @LeaseId, lease_until = @LeaseUntil WHERE id = @Id", new { leased.LeaseId, leased.LeaseUntil, leased.Id });
        return leased;
    }

    public Task ReleaseAsync(DbSession session, Payment payment) =>
        session.ExecuteAsync("UPDATE payments SET lease_id = NULL, lease_until = NULL WHERE id = @Id AND lease_id = @LeaseId", new { payment.Id, payment.LeaseId });

    /// <summary>Writes the change under the next version. Throws when the transition is not allowed or the lease is no longer held.</summary>
    public async Task<Payment> SaveAsync(DbSession session, Payment before, Payment after)
    {
        if (!PaymentTransitions.IsAllowed(before.Status, after.Status))
        {
            throw new InvalidOperationException($"A payment does not go from {before.Status} to {after.Status}.");
        }

        var saved = after with { Version = before.Version + 1, UpdatedAt = time.GetUtcNow() };
        var rows = await session.ExecuteAsync(
            """
            UPDATE payments SET status = @status, authorization_id = @AuthorizationId, refunded_amount = @RefundedAmount, failure_code = @FailureCode,
              updated_at = @UpdatedAt, version = @Version
            WHERE id = @Id AND lease_id = @LeaseId AND version = @before
            """,
            new
            {
                saved.Id,
                status = saved.Status.ToString().ToUpperInvariant(),
                saved.AuthorizationId,
                saved.RefundedAmount,
                saved.FailureCode,
                saved.UpdatedAt,
                saved.Version,
                saved.LeaseId,
                before = before.Version,
            });
        return rows == 1 ? saved : throw new TransientCallException($"Somebody else has taken over payment {before.Id}.");
    }

    public Task AddTransactionAsync(DbSession session, Payment payment, TransactionKind kind, decimal amount, TransactionStatus status, string? externalId, string? requestKey = null) =>
        session.ExecuteAsync(
            """
            INSERT INTO payment_transactions (id, tenant_id, payment_id, kind, amount, status, external_id, request_key, at)
            VALUES (@id, @TenantId, @paymentId, @kind, @amount, @status, @externalId, @requestKey, @now)
            """,
            new { id = ids.NewId(), payment.TenantId, paymentId = payment.Id, kind = Word(kind), amount, status = Word(status), externalId, requestKey, now = time.GetUtcNow() });

    public Task SettleTransactionAsync(DbSession session, Guid id, TransactionStatus status, string? externalId) => session.ExecuteAsync(
        "UPDATE payment_transactions SET status = @status, external_id = @externalId WHERE id = @id",
        new { id, status = Word(status), externalId });

    /// <summary>The refund that was begun and not settled.</summary>
    public Task<PaymentTransaction> PendingRefundAsync(DbSession session, Guid paymentId) => session.QuerySingleAsync<PaymentTransaction>(
        $"SELECT {TransactionColumns} FROM payment_transactions WHERE payment_id = @paymentId AND kind = 'refund' AND status = 'pending'",
        new { paymentId });

    /// <summary>The refund that a request began, whatever became of it; null when it has begun none.</summary>
    public Task<PaymentTransaction?> RefundOfRequestAsync(DbSession session, Guid paymentId, string requestKey) => session.QuerySingleOrDefaultAsync<PaymentTransaction>(
        $"SELECT {TransactionColumns} FROM payment_transactions WHERE payment_id = @paymentId AND request_key = @requestKey",
        new { paymentId, requestKey });

    private static string Word<T>(T value)
        where T : struct, Enum => value.ToString().ToLowerInvariant();
}
