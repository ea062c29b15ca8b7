using Microsoft.Extensions.Options;
using ServiceDefaults;
using Users.Accounts;

namespace Users.Tokens;

/// <summary>Hands out token pairs.</summary>
internal sealed class TokenIssuer(RefreshTokenTable refreshTokens, AccessTokens accessTokens, IOptions<TokenOptions> options)
{
    /// <summary>A pair for the session; the refresh token is part of the transaction.</summary>
    public async Task<TokenPair> IssueAsync(DbSession session, UserRow user, Guid sessionId, CancellationToken ct)
    {
        var refreshToken = await refreshTokens.IssueAsync(session, user.Id, sessionId);
        var accessToken = await accessTokens.CreateAsync(user, session.Context.TenantId, sessionId, ct);
        return new TokenPair(accessToken, refreshToken, "Bearer", options.Value.AccessSeconds, user.Id);
    }
}
