using ServiceDefaults;

namespace Products.Catalogue;

/// <summary>Body of a product's creation and update. SKU and stock are given once, at creation.</summary>
internal sealed record ProductInput(
    string? Sku = null,
    string? Name = null,
    string? Description = null,
    string? Category = null,
    decimal? Price = null,
    string? Currency = null,
    string? Status = null,
    long? Stock = null)
{
    public const string DefaultCurrency = "USD";
    public const string Active = "active";
    public const string Inactive = "inactive";

    // 100 lines of 1,000 pieces at this price are a total that orders and payments can carry (numeric(14,2)).
    private const decimal HighestPrice = 9_999_999.99m;
    private const long MostStock = 1_000_000_000;

    public Validation ValidateForCreation()
    {
        var validation = ValidateData();
        CheckText(validation, "sku", Sku, 64);
        validation.Require(Stock is null or (>= 0 and <= MostStock), "stock", $"must be between 0 and {MostStock}");
        return validation;
    }

    public Validation ValidateForUpdate()
    {
        var validation = ValidateData();
        validation.Require(Sku is null, "sku", "cannot be changed");
        validation.Require(Stock is null, "stock", "is changed by POST /api/v1/products/{id}/stock");
        return validation;
    }

    private Validation ValidateData()
    {
        var validation = new Validation();
        CheckText(validation, "name", Name, 200);
        CheckText(validation, "description", Description, 4_000);
        CheckText(validation, "category", Category, 100);
        validation.Require(
            Price is > 0 and <= HighestPrice && decimal.Round(Price.Value, 2) == Price.Value, "price", "must be from 0.01 to 9999999.99 with at most two decimals");
        validation.Require(
            Currency is null || (Currency.Length == 3 && Currency.All(char.IsAsciiLetterUpper)), "currency", "must be an ISO 4217 code, such as USD");
        validation.Require(Status is null or Active or Inactive, "status", $"must be {Active} or {Inactive}");
        return validation;
    }

    private static void CheckText(Validation validation, string field, string? text, int longest) => validation.Require(
        !string.IsNullOrWhiteSpace(text) && text.Length <= longest && !text.Contains('\0', StringComparison.Ordinal),
        field,
        $"must be 1 to {longest} characters of text");
}
