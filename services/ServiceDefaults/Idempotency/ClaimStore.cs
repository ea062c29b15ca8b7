namespace ServiceDefaults;

/// <summary>The table of claims.</summary>
internal static class ClaimStore
{
    public const string Keys = "tenant_id = @Tenant AND scope = @Scope AND subject = @Subject AND key = @Key";

    /// <summary>
    /// True when the claim is now ours. Blocks on another transaction that holds the key until that one is decided, at most for
    /// the session's lock_timeout.
    /// </summary>
    public static async Task<bool> TryInsertAsync(DbSession session, Claim claim, DateTimeOffset now, DateTimeOffset expires, DateTimeOffset? lease) =>
        await session.ExecuteAsync(
            """
            INSERT INTO idempotency_keys (tenant_id, scope, subject, key, request_hash, claim_id, lease_until, created_at, expires_at)
            VALUES (@Tenant, @Scope, @Subject, @Key, @Hash, @Id, @lease, @now, @expires)
            ON CONFLICT (tenant_id, scope, subject, key) DO UPDATE
              SET request_hash = excluded.request_hash, claim_id = excluded.claim_id, lease_until = excluded.lease_until, response_status = NULL,
                  response_body = NULL, response_location = NULL, created_at = excluded.created_at, expires_at = excluded.expires_at
              WHERE idempotency_keys.expires_at <= excluded.created_at
                 OR (idempotency_keys.response_status IS NULL AND idempotency_keys.lease_until <= excluded.created_at AND idempotency_keys.request_hash = excluded.request_hash)
            """,
            new { claim.Tenant, claim.Scope, claim.Subject, claim.Key, claim.Hash, claim.Id, lease, now, expires }) == 1;

    public static Task<ClaimRow?> FindAsync(DbSession session, Claim claim) => session.QuerySingleOrDefaultAsync<ClaimRow>(
        $"SELECT request_hash, claim_id, lease_until, response_status, response_body, response_location FROM idempotency_keys WHERE {Keys}", claim);

    /// <summary>False when the claim was taken over meanwhile.</summary>
    public static async Task<bool> TryCompleteAsync(DbSession session, Claim claim, StoredAnswer answer) => await session.ExecuteAsync(
        $"UPDATE idempotency_keys SET response_status = @Status, response_body = @Body, response_location = @Location, lease_until = NULL WHERE {Keys} AND claim_id = @Id",
        new { claim.Tenant, claim.Scope, claim.Subject, claim.Key, claim.Id, answer.Status, answer.Body, answer.Location }) == 1;

    public static Task ReleaseAsync(DbSession session, Claim claim) => session.ExecuteAsync(
        $"DELETE FROM idempotency_keys WHERE {Keys} AND claim_id = @Id AND response_status IS NULL", claim);
}
