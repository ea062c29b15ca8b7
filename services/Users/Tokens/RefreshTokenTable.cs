using Microsoft.Extensions.Options;
using ServiceDefaults;

namespace Users.Tokens;

/// <summary>Rows of refresh tokens. A token is used once; one that comes again ends its whole family.</summary>
internal sealed class RefreshTokenTable(IOptions<TokenOptions> options, IIdGenerator ids, TimeProvider time)
{
    /// <summary>The tenant of a token; asked with the system role, since a refresh names no tenant.</summary>
    public static Task<string?> TenantOfAsync(DbSession session, byte[] hash) =>
        session.QuerySingleOrDefaultAsync<string>("SELECT tenant_id FROM refresh_tokens WHERE token_hash = @hash", new { hash });

    /// <summary>The token, locked until the transaction ends: of two that use it at once, one finds it used.</summary>
    public static Task<RefreshTokenRow?> LockAsync(DbSession session, byte[] hash) => session.QuerySingleOrDefaultAsync<RefreshTokenRow>(
        """
        SELECT id, user_id AS UserId, session_id AS SessionId, expires_at AS ExpiresAt, used_at IS NOT NULL AS Used, revoked_at IS NOT NULL AS Revoked
        FROM refresh_tokens WHERE token_hash = @hash FOR UPDATE
        """,
        new { hash });

    /// <summary>A new token of the session; expired ones are cleared away a few at a time.</summary>
    public async Task<string> IssueAsync(DbSession session, Guid userId, Guid sessionId)
    {
        var token = RefreshToken.Create();
        var now = time.GetUtcNow();
        const string sql = """
            INSERT INTO refresh_tokens (id, tenant_id, user_id, session_id, token_hash, issued_at, expires_at)
            VALUES (@id, @tenantId, @userId, @sessionId, @hash, @now, @expiresAt);
            DELETE FROM refresh_tokens WHERE id IN (SELECT id FROM refresh_tokens WHERE expires_at < @now LIMIT 10 FOR UPDATE SKIP LOCKED)
            """;
        await session.ExecuteAsync(sql, new
        {
            id = ids.NewId(),
            tenantId = session.Context.TenantId,
            userId,
            sessionId,
            hash = RefreshToken.Hash(token),
            now,
            expiresAt = now.AddDays(options.Value.RefreshDays),
        });
        return token;
    }

    public Task MarkUsedAsync(DbSession session, Guid id) =>
        session.ExecuteAsync("UPDATE refresh_tokens SET used_at = @now WHERE id = @id", new { id, now = time.GetUtcNow() });

    public Task RevokeFamilyAsync(DbSession session, Guid sessionId) => session.ExecuteAsync(
        "UPDATE refresh_tokens SET revoked_at = @now WHERE session_id = @sessionId AND revoked_at IS NULL", new { sessionId, now = time.GetUtcNow() });
}
