using System.Globalization;

namespace Products.Catalogue;

/// <summary>
/// The ETag of a product: the version of its data, then the version of its stock. An update (If-Match) compares the first
/// only, so that a sale in between does not refuse it; a cache (If-None-Match) compares both.
/// </summary>
internal static class ProductVersion
{
    public static string ETag(ProductRow row) => string.Create(CultureInfo.InvariantCulture, $"\"{row.Version}-{row.StockVersion}\"");

    /// <summary>Whether the header allows a change of this version; no header and <c>*</c> allow any.</summary>
    public static bool Allows(string? ifMatch, long version)
    {
        if (string.IsNullOrEmpty(ifMatch) || ifMatch == "*")
        {
            return true;
        }

        var expected = version.ToString(CultureInfo.InvariantCulture);
        return ifMatch.Split(',', StringSplitOptions.TrimEntries).Any(tag => tag.Trim('"').Split('-')[0] == expected);
    }
}
