using ServiceDefaults;

namespace Payments.PaymentMethods;

/// <summary>Rows of payment methods. A removed one keeps its row, because payments refer to it, but is found no more.</summary>
internal sealed class PaymentMethodTable(TimeProvider time)
{
    private const string Columns = "id, tenant_id, user_id, type, brand, last4, exp_month, exp_year, token, created_at";

    public Task AddAsync(DbSession session, PaymentMethod method) => session.ExecuteAsync(
        """
        INSERT INTO payment_methods (id, tenant_id, user_id, type, brand, last4, exp_month, exp_year, token, created_at)
        VALUES (@Id, @TenantId, @UserId, @Type, @Brand, @Last4, @ExpMonth, @ExpYear, @Token, @CreatedAt)
        """,
        method);

    public Task<PaymentMethod?> FindAsync(DbSession session, Guid id, Guid userId) => session.QuerySingleOrDefaultAsync<PaymentMethod>(
        $"SELECT {Columns} FROM payment_methods WHERE id = @id AND user_id = @userId AND deleted_at IS NULL",
        new { id, userId });

    public async Task<PagedList<PaymentMethod>> ListAsync(DbSession session, Guid userId, Page page)
    {
        var parameters = new { userId, size = page.Size, offset = page.Offset };
        var total = await session.QuerySingleAsync<long>("SELECT count(*) FROM payment_methods WHERE user_id = @userId AND deleted_at IS NULL", parameters);
        var rows = await session.QueryAsync<PaymentMethod>(
            $"SELECT {Columns} FROM payment_methods WHERE user_id = @userId AND deleted_at IS NULL ORDER BY created_at, id LIMIT @size OFFSET @offset",
            parameters);
        return page.Of(rows, total);
    }

    public async Task<bool> RemoveAsync(DbSession session, Guid id, Guid userId) => await session.ExecuteAsync(
        "UPDATE payment_methods SET deleted_at = @now WHERE id = @id AND user_id = @userId AND deleted_at IS NULL",
        new { id, userId, now = time.GetUtcNow() }) == 1;
}
