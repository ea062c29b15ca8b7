using System.Globalization;

namespace Users.Accounts;

/// <summary>The ETag of a user: the version of the profile.</summary>
internal static class UserVersion
{
    public static string ETag(UserRow user) => string.Create(CultureInfo.InvariantCulture, $"\"{user.Version}\"");

    /// <summary>Whether the header allows a change of the user as it is; no header and <c>*</c> allow any.</summary>
    public static bool Allows(string? ifMatch, UserRow user) =>
        string.IsNullOrEmpty(ifMatch) || ifMatch == "*" || ifMatch.Split(',', StringSplitOptions.TrimEntries).Contains(ETag(user), StringComparer.Ordinal);
}
