namespace ServiceDefaults;

/// <summary>What an access token says. Users issues it, every service verifies it.</summary>
/// <param name="Subject">The user's id.</param>
/// <param name="SessionId">The login session.</param>
/// <param name="TenantId">The tenant.</param>
/// <param name="Roles">See <see cref="ServiceDefaults.Roles"/>.</param>
/// <param name="TokenId">Names this very token.</param>
public sealed record TokenClaims(Guid Subject, string SessionId, string TenantId, IReadOnlyCollection<string> Roles, Guid TokenId, DateTimeOffset IssuedAt, DateTimeOffset ExpiresAt)
{
    /// <summary>The claim `iss`.</summary>
    public const string Issuer = "platform";

    /// <summary>The claim `aud`.</summary>
    public const string Audience = "platform";
}
