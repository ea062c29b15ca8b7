using ServiceDefaults;
using Users.Accounts;

namespace Users.Profiles;

/// <summary>Body of a profile's update; a missing address removes it.</summary>
internal sealed record ProfileRequest(string? FirstName = null, string? LastName = null, Address? Address = null)
{
    public Validation Validate()
    {
        var validation = new Validation();
        ProfileRules.CheckNames(validation, FirstName, LastName);
        ProfileRules.CheckAddress(validation, Address);
        return validation;
    }
}
