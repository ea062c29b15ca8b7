using ServiceDefaults;

namespace Products.Catalogue;

/// <summary>A product as clients see it; reserved and sold units are for operators only.</summary>
internal sealed record ProductView(
    Guid Id,
    string Sku,
    string Name,
    string Description,
    string Category,
    decimal Price,
    string Currency,
    long Available,
    long? Reserved,
    long? Sold,
    string Status,
    DateTimeOffset CreatedAt,
    DateTimeOffset UpdatedAt)
{
    public static ProductView Of(ProductRow row, RequestContext context)
    {
        var operatorSees = context.IsOperator;
        return new ProductView(
            row.Id,
            row.Sku,
            row.Name,
            row.Description,
            row.Category,
            row.Price,
            row.Currency,
            row.Available,
            operatorSees ? row.Reserved : null,
            operatorSees ? row.Sold : null,
            row.Status,
            row.CreatedAt,
            row.UpdatedAt);
    }
}
