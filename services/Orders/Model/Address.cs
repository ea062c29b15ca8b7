using ServiceDefaults;

namespace Orders.Model;

/// <summary>Where an order goes. Personal data: in the order's row only, never in logs and events.</summary>
internal sealed record Address(string? Street, string? City, string? State, string? ZipCode, string? Country)
{
    private const int MaxLength = 200;

    public void Validate(Validation validation, string field)
    {
        Check(validation, $"{field}.street", Street);
        Check(validation, $"{field}.city", City);
        Check(validation, $"{field}.state", State);
        Check(validation, $"{field}.zipCode", ZipCode);
        Check(validation, $"{field}.country", Country);
    }

    public override string ToString() => nameof(Address);

    private static void Check(Validation validation, string field, string? value)
    {
        if (string.IsNullOrWhiteSpace(value) || value.Length > MaxLength)
        {
            validation.Add(field, $"Must have 1 to {MaxLength} characters.");
        }
    }
}
