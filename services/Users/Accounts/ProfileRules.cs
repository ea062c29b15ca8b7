using ServiceDefaults;

namespace Users.Accounts;

/// <summary>What names and addresses may look like.</summary>
internal static class ProfileRules
{
    private const int LongestName = 100;
    private const int LongestLine = 200;

    public static void CheckNames(Validation validation, string? firstName, string? lastName)
    {
        CheckText(validation, "firstName", firstName, LongestName);
        CheckText(validation, "lastName", lastName, LongestName);
    }

    /// <summary>No address is fine; a given one is complete (only the state may be missing).</summary>
    public static void CheckAddress(Validation validation, Address? address)
    {
        if (address is null)
        {
            return;
        }

        CheckText(validation, "address.street", address.Street, LongestLine);
        CheckText(validation, "address.city", address.City, LongestLine);
        CheckText(validation, "address.zipCode", address.ZipCode, 20);
        if (address.State is not null)
        {
            CheckText(validation, "address.state", address.State, LongestLine);
        }

        validation.Require(
            address.Country is { Length: 2 } country && country.All(char.IsAsciiLetterUpper), "address.country", "must be an ISO 3166 code of two capital letters, such as DE");
    }

    private static void CheckText(Validation validation, string field, string? text, int longest) => validation.Require(
        !string.IsNullOrWhiteSpace(text) && text.Length <= longest && !text.Any(char.IsControl), field, $"must be 1 to {longest} characters of text");
}
