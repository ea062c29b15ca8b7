using System.Globalization;
using System.Text;
using ServiceDefaults;

namespace Products.Catalogue;

/// <summary>The filters and the order of a product list.</summary>
internal sealed record ProductSearch(string? Query, string? Category, decimal? MinPrice, decimal? MaxPrice, bool? InStock, string? Sort)
{
    private const int LongestText = 200;

    private static readonly Dictionary<string, string> Orders = new(StringComparer.Ordinal)
    {
        ["name"] = "p.name, p.id",
        ["price"] = "p.price, p.id",
        ["-price"] = "p.price DESC, p.id",
        ["-createdAt"] = "p.created_at DESC, p.id DESC",
    };

    /// <summary>Reads the query string; what cannot be read is noted in the validation.</summary>
    public static ProductSearch Read(IQueryCollection query, Validation validation)
    {
        var search = new ProductSearch(
            Text(query, "query", validation),
            Text(query, "category", validation),
            Price(query, "minPrice", validation),
            Price(query, "maxPrice", validation),
            Flag(query, "inStock", validation),
            Text(query, "sort", validation));
        if (search.MinPrice > search.MaxPrice)
        {
            validation.Add("maxPrice", "Must not be less than minPrice.");
        }

        if (search.Sort is not null && !Orders.ContainsKey(search.Sort))
        {
            validation.Add("sort", $"Must be one of: {string.Join(", ", Orders.Keys)}.");
        }

        return search;
    }

    /// <summary>The condition behind <c>WHERE</c>; its parameters are the properties of this record.</summary>
    public string Where()
    {
        var where = new StringBuilder("p.status = 'active'");
        Append(where, Query, "p.search @@ websearch_to_tsquery('english', @Query)");
        Append(where, Category, "p.category = @Category");
        Append(where, MinPrice, "p.price >= @MinPrice");
        Append(where, MaxPrice, "p.price <= @MaxPrice");
        Append(where, InStock, InStock == true ? "s.available > 0" : "s.available = 0");
        return where.ToString();
    }

    /// <summary>The order: as asked for, else the best match first when there is a query, else by name.</summary>
    public string OrderBy() => (Sort, Query) switch
    {
        ({ } sort, _) => Orders[sort],
        (null, not null) => "ts_rank(p.search, websearch_to_tsquery('english', @Query)) DESC, p.name, p.id",
        _ => Orders["name"],
    };

    private static void Append(StringBuilder where, object? value, string condition)
    {
        if (value is not null)
        {
            where.Append(" AND ").Append(condition);
        }
    }

    private static string? Text(IQueryCollection query, string name, Validation validation)
    {
        var text = query[name].ToString().Trim();
        if (text.Length > LongestText || text.Contains('\0', StringComparison.Ordinal))
        {
            validation.Add(name, $"Must be at most {LongestText} characters of text.");
        }

        return text.Length == 0 ? null : text;
    }

    private static decimal? Price(IQueryCollection query, string name, Validation validation)
    {
        var text = query[name].ToString();
        if (text.Length == 0)
        {
            return null;
        }

        if (decimal.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var price))
        {
            return price;
        }

        validation.Add(name, "Must be a price, such as 19.99.");
        return null;
    }

    private static bool? Flag(IQueryCollection query, string name, Validation validation)
    {
        var text = query[name].ToString();
        if (text.Length == 0)
        {
            return null;
        }

        if (bool.TryParse(text, out var flag))
        {
            return flag;
        }

        validation.Add(name, "Must be true or false.");
        return null;
    }
}
