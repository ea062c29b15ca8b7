using Products.Stock;
using ServiceDefaults;

namespace Products.Catalogue;

/// <summary>Creates, changes and deletes products.</summary>
internal sealed class ProductWriter(IDatabase database, StockBook stock, ProductEvents events, IIdGenerator ids, TimeProvider time)
{
    /// <summary>The new product, or null when its SKU is taken.</summary>
    public Task<ProductRow?> CreateAsync(RequestContext context, ProductInput input, CancellationToken ct) =>
        database.TransactionAsync(context, async session =>
        {
            var id = ids.NewId();
            return await TryInsertAsync(session, id, input) ? await ProductReader.FindAsync(session, id) : null;
        }, ct);

    /// <summary>Inserts the product with its stock; false when the id or the SKU is taken.</summary>
    public async Task<bool> TryInsertAsync(DbSession session, Guid id, ProductInput input)
    {
        const string sql = """
            INSERT INTO products (id, tenant_id, sku, name, description, category, price, currency, status, created_at, updated_at)
            VALUES (@id, @tenantId, @Sku, @Name, @Description, @Category, @Price, @currency, @status, @now, @now)
            ON CONFLICT DO NOTHING
            """;
        var added = await session.ExecuteAsync(sql, new
        {
            id,
            tenantId = session.Context.TenantId,
            input.Sku,
            input.Name,
            input.Description,
            input.Category,
            input.Price,
            currency = input.Currency ?? ProductInput.DefaultCurrency,
            status = input.Status ?? ProductInput.Active,
            now = time.GetUtcNow(),
        });
        if (added == 0)
        {
            return false;
        }

        await stock.OpenAsync(session, id, input.Stock ?? 0);
        await events.CreatedAsync(session, id);
        return true;
    }

    public Task<ProductChange> UpdateAsync(RequestContext context, Guid id, ProductInput input, string? ifMatch, CancellationToken ct) =>
        database.TransactionAsync(context, async session =>
        {
            var before = await LockAsync(session, id);
            if (before is null || !ProductVersion.Allows(ifMatch, before.Version))
            {
                return new ProductChange(Found: before is not null, Product: null);
            }

            const string sql = """
                UPDATE products
                SET name = @Name, description = @Description, category = @Category, price = @Price, currency = @currency, status = @status,
                    version = version + 1, updated_at = @now
                WHERE id = @id
                """;
            var currency = input.Currency ?? before.Currency;
            var status = input.Status ?? before.Status;
            await session.ExecuteAsync(sql, new { id, input.Name, input.Description, input.Category, input.Price, currency, status, now = time.GetUtcNow() });
            await events.UpdatedAsync(session, before, input, status);
            return new ProductChange(Found: true, await ProductReader.FindAsync(session, id));
        }, ct);

    /// <summary>Hides the product for good; its stock and ledger stay, so that open orders can still be confirmed or released.</summary>
    public Task<ProductChange> DeleteAsync(RequestContext context, Guid id, string? ifMatch, CancellationToken ct) =>
        database.TransactionAsync(context, async session =>
        {
            var before = await LockAsync(session, id);
            if (before is null || !ProductVersion.Allows(ifMatch, before.Version))
            {
                return new ProductChange(Found: before is not null, Product: null);
            }

            await session.ExecuteAsync(
                "UPDATE products SET deleted_at = @now, updated_at = @now, version = version + 1 WHERE id = @id", new { id, now = time.GetUtcNow() });
            await events.DeletedAsync(session, id, before.Version + 1);
            return new ProductChange(Found: true, before);
        }, ct);

    private static Task<ProductRow?> LockAsync(DbSession session, Guid id) => session.QuerySingleOrDefaultAsync<ProductRow>(
        $"SELECT {ProductRow.Columns} FROM {ProductRow.From} WHERE p.id = @id FOR UPDATE OF p", new { id });
}
