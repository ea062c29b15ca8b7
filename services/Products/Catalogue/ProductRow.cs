namespace Products.Catalogue;

/// <summary>A product with its stock as read from the database.</summary>
internal sealed record ProductRow(
    Guid Id,
    string Sku,
    string Name,
    string Description,
    string Category,
    decimal Price,
    string Currency,
    string Status,
    long Version,
    DateTimeOffset CreatedAt,
    DateTimeOffset UpdatedAt,
    long Available,
    long Reserved,
    long Sold,
    long StockVersion)
{
    /// <summary>The columns in the order of this record, from <c>products p JOIN stock s</c>.</summary>
    public const string Columns = """
        p.id, p.sku, p.name, p.description, p.category, p.price, p.currency, p.status, p.version,
        p.created_at AS CreatedAt, p.updated_at AS UpdatedAt, s.available, s.reserved, s.sold, s.version AS StockVersion
        """;

    /// <summary>The tables of <see cref="Columns"/>, without deleted products.</summary>
    public const string From = "products p JOIN stock s ON s.product_id = p.id AND p.deleted_at IS NULL";
}
