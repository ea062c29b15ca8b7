using Microsoft.Extensions.Options;
using ServiceDefaults;
using Users.Accounts;
using Users.SigningKeys;

namespace Users.Tokens;

/// <summary>Makes access tokens: JSON Web Tokens signed with ES256.</summary>
internal sealed class AccessTokens(SigningKeyRing keys, IOptions<TokenOptions> options, IIdGenerator ids, TimeProvider time)
{
    public async Task<string> CreateAsync(UserRow user, string tenant, Guid session, CancellationToken ct)
    {
        var key = await keys.CurrentAsync(ct);
        var now = time.GetUtcNow();
        return key.Sign(new TokenClaims(user.Id, session.ToString(), tenant, user.Roles, ids.NewId(), now, now.AddSeconds(options.Value.AccessSeconds)));
    }
}
