using ServiceDefaults;

namespace Products.Stock;

/// <summary>What a list of product quantities may look like: 1 to 100 lines, each of 1 to 1,000 units.</summary>
internal static class StockLineRules
{
    public const int MostLines = 100;
    public const int MostUnits = 1_000;

    public static void Check(Validation validation, IReadOnlyList<StockLine>? lines)
    {
        if (lines is null || lines.Count is < 1 or > MostLines)
        {
            validation.Add("items", $"Must hold 1 to {MostLines} lines.");
            return;
        }

        for (var index = 0; index < lines.Count; index++)
        {
            CheckLine(validation, lines[index], index);
        }
    }

    private static void CheckLine(Validation validation, StockLine? line, int index)
    {
        if (line is null || line.ProductId == Guid.Empty)
        {
            validation.Add($"items[{index}].productId", "Must be the id of a product.");
        }

        if (line is null || line.Quantity is < 1 or > MostUnits)
        {
            validation.Add($"items[{index}].quantity", $"Must be between 1 and {MostUnits}.");
        }
    }
}
