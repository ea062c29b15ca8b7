using System.Diagnostics.CodeAnalysis;

namespace Users.Registration;

/// <summary>What an email address looks like; whether it exists only a message to it can tell.</summary>
internal static class EmailRules
{
    public const int Longest = 254;
    private const int LongestLocalPart = 64;

    public static bool IsEmail([NotNullWhen(true)] string? email)
    {
        if (email is null || email.Length > Longest || email.Any(character => char.IsWhiteSpace(character) || char.IsControl(character)))
        {
            return false;
        }

        var at = email.IndexOf('@', StringComparison.Ordinal);
        return at is > 0 and <= LongestLocalPart && at == email.LastIndexOf('@') && IsDomain(email[(at + 1)..]);
    }

    private static bool IsDomain(string domain) =>
        domain.Contains('.', StringComparison.Ordinal) && domain.Split('.').All(label => label.Length is > 0 and <= 63);
}
