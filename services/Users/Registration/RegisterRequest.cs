using ServiceDefaults;
using Users.Accounts;
using Users.Passwords;

namespace Users.Registration;

/// <summary>Body of a registration.</summary>
internal sealed record RegisterRequest(
    string? Email = null, string? Password = null, string? FirstName = null, string? LastName = null, Address? Address = null)
{
    public Validation Validate()
    {
        var validation = new Validation();
        validation.Require(EmailRules.IsEmail(Email), "email", $"must be an email address of at most {EmailRules.Longest} characters");
        PasswordRules.Check(validation, Password, Email);
        ProfileRules.CheckNames(validation, FirstName, LastName);
        ProfileRules.CheckAddress(validation, Address);
        return validation;
    }

    /// <summary>Keeps the password out of logs and messages.</summary>
    public override string ToString() => nameof(RegisterRequest);
}
