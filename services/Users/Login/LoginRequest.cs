using ServiceDefaults;
using Users.Passwords;
using Users.Registration;

namespace Users.Login;

/// <summary>Body of a login.</summary>
internal sealed record LoginRequest(string? Email = null, string? Password = null)
{
    public Validation Validate()
    {
        var validation = new Validation();
        validation.Require(EmailRules.IsEmail(Email), "email", "must be an email address");
        validation.Require(Password is { Length: >= 1 and <= PasswordRules.Longest }, "password", $"must have 1 to {PasswordRules.Longest} characters");
        return validation;
    }

    /// <summary>Keeps the password out of logs and messages.</summary>
    public override string ToString() => nameof(LoginRequest);
}
