using ServiceDefaults;

namespace Orders.Model;

/// <summary>Where an order goes. Personal data: in the order's row only, never in logs and events.</summary>
internal sealed record Address(string? Street, string? City, string? State, string? ZipCode, string? Country)
{
    private const int MaxLength = 200;

    public void Validate(Validation validation, string field)
    {
        validation.RequireText(Street, $"{field}.street", MaxLength);
        validation.RequireText(City, $"{field}.city", MaxLength);
        validation.RequireText(State, $"{field}.state", MaxLength);
        validation.RequireText(ZipCode, $"{field}.zipCode", MaxLength);
        validation.RequireText(Country, $"{field}.country", MaxLength);
    }

    public override string ToString() => nameof(Address);
}
