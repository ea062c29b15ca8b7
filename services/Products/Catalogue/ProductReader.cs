using ServiceDefaults;

namespace Products.Catalogue;

/// <summary>Reads products, always with their stock.</summary>
internal sealed class ProductReader(IDatabase database)
{
    public Task<PagedList<ProductView>> SearchAsync(RequestContext context, ProductSearch search, Page page, CancellationToken ct) =>
        database.TransactionAsync(context, async session =>
        {
            var parameters = new
            {
                search.Query,
                search.Category,
                search.MinPrice,
                search.MaxPrice,
                limit = page.Size,
                offset = page.Offset,
            };
            var where = search.Where();
            var total = await session.QuerySingleOrDefaultAsync<long>($"SELECT count(*) FROM {ProductRow.From} WHERE {where}", parameters);
            var rows = await session.QueryAsync<ProductRow>(
                $"SELECT {ProductRow.Columns} FROM {ProductRow.From} WHERE {where} ORDER BY {search.OrderBy()} LIMIT @limit OFFSET @offset",
                parameters);
            return page.Of([.. rows.Select(row => ProductView.Of(row, context))], total);
        }, ct);

    public Task<ProductRow?> FindAsync(RequestContext context, Guid id, CancellationToken ct) =>
        database.TransactionAsync(context, session => FindAsync(session, id), ct);

    public Task<IReadOnlyList<ProductRow>> FindAsync(RequestContext context, Guid[] ids, CancellationToken ct) =>
        database.TransactionAsync(context, session => FindAsync(session, ids), ct);

    public static Task<ProductRow?> FindAsync(DbSession session, Guid id) => session.QuerySingleOrDefaultAsync<ProductRow>(
        $"SELECT {ProductRow.Columns} FROM {ProductRow.From} WHERE p.id = @id", new { id });

    public static Task<IReadOnlyList<ProductRow>> FindAsync(DbSession session, Guid[] ids) => session.QueryAsync<ProductRow>(
        $"SELECT {ProductRow.Columns} FROM {ProductRow.From} WHERE p.id = ANY(@ids)", new { ids });

    public Task<PagedList<CategoryView>> CategoriesAsync(RequestContext context, Page page, CancellationToken ct) =>
        database.TransactionAsync(context, async session =>
        {
            const string sql = """
                SELECT p.category AS Name, count(*) AS Products FROM products p
                WHERE p.deleted_at IS NULL AND p.status = 'active' GROUP BY p.category ORDER BY p.category
                """;
            var all = await session.QueryAsync<CategoryView>(sql);
            return page.Of<CategoryView>([.. all.Skip(page.Offset).Take(page.Size)], all.Count);
        }, ct);
}
