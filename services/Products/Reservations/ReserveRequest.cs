using Products.Stock;
using ServiceDefaults;

namespace Products.Reservations;

/// <summary>Body of the reserve step.</summary>
internal sealed record ReserveRequest(IReadOnlyList<StockLine>? Items = null, int? ExpiresInSeconds = null)
{
    private const int LongestLifetimeSeconds = 86_400;

    public Validation Validate()
    {
        var validation = new Validation();
        StockLineRules.Check(validation, Items);
        if (ExpiresInSeconds is < 1 or > LongestLifetimeSeconds)
        {
            validation.Add("expiresInSeconds", $"Must be between 1 and {LongestLifetimeSeconds}.");
        }

        return validation;
    }
}
