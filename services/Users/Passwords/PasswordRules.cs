using ServiceDefaults;

namespace Users.Passwords;

/// <summary>What a new password may look like: 12 to 128 characters, not a common one, not the email.</summary>
internal static class PasswordRules
{
    public const int Shortest = 12;
    public const int Longest = 128;

    public static void Check(Validation validation, string? password, string? email)
    {
        const string field = "password";
        if (!validation.Require(password?.Length is >= Shortest and <= Longest, field, $"must have {Shortest} to {Longest} characters"))
        {
            return;
        }

        validation.Require(!CommonPasswords.Contains(password!), field, "is one of the passwords that are tried first; choose another one");
        validation.Require(!string.Equals(password, email?.Trim(), StringComparison.OrdinalIgnoreCase), field, "must not be the email");
    }
}
