using ServiceDefaults;
using Users.Accounts;

namespace Users.Tokens;

/// <summary>Exchanges a refresh token for a new pair, once.</summary>
internal sealed class Refreshing(IDatabase database, RefreshTokenTable refreshTokens, TokenIssuer issuer, TimeProvider time)
{
    /// <summary>The new pair, or the error code that tells why there is none.</summary>
    public async Task<(TokenPair? Pair, string? Refusal)> RefreshAsync(string token, CancellationToken ct)
    {
        var hash = RefreshToken.Hash(token);
        var tenant = await database.SystemTransactionAsync("token-refresh", session => RefreshTokenTable.TenantOfAsync(session, hash), ct);
        return tenant is null
            ? (null, Codes.Unauthenticated)
            : await database.TransactionAsync(RequestContext.System("token-refresh", tenant), session => RotateAsync(session, hash, ct), ct);
    }

    private async Task<(TokenPair? Pair, string? Refusal)> RotateAsync(DbSession session, byte[] hash, CancellationToken ct)
    {
        var token = await RefreshTokenTable.LockAsync(session, hash);
        if (token is null || token.ExpiresAt <= time.GetUtcNow())
        {
            return (null, token is null ? Codes.Unauthenticated : Codes.TokenExpired);
        }

        if (token.Used || token.Revoked)
        {
            // A used token that comes again was copied: whoever holds the family's newest token must log in again.
            await refreshTokens.RevokeFamilyAsync(session, token.SessionId);
            return (null, Codes.TokenRevoked);
        }

        if (await UserTable.FindAsync(session, token.UserId) is not { IsActive: true } user)
        {
            return (null, Codes.Unauthenticated);
        }

        await refreshTokens.MarkUsedAsync(session, token.Id);
        return (await issuer.IssueAsync(session, user, token.SessionId, ct), null);
    }
}
