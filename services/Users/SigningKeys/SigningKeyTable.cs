using ServiceDefaults;

namespace Users.SigningKeys;

/// <summary>Rows of signing keys. The first key is made under a lock, so that instances that start together agree on one.</summary>
internal sealed class SigningKeyTable(IDatabase database, TimeProvider time)
{
    private const string Job = "signing-keys";

    private const string LoadSql = """
        SELECT kid, private_key AS PrivateKey, active_from AS ActiveFrom FROM signing_keys
        WHERE retired_at IS NULL OR retired_at > @now ORDER BY active_from
        """;

    /// <summary>All published keys, oldest first, at least one of them active.</summary>
    public Task<IReadOnlyList<SigningKey>> LoadOrCreateAsync(CancellationToken ct) =>
        database.SystemTransactionAsync(Job, async session =>
        {
            var now = time.GetUtcNow();
            var keys = await LoadAsync(session, now);
            if (HasActive(keys, now))
            {
                return keys;
            }

            // The clock is read again under the lock: a key that another instance made while this one waited began after the first reading.
            await session.ExecuteAsync("SELECT pg_advisory_xact_lock(hashtext('signing-keys'))");
            now = time.GetUtcNow();
            keys = await LoadAsync(session, now);
            return HasActive(keys, now) ? keys : [.. keys, await AddAsync(session, SigningKey.Create(now), now)];
        }, ct);

    private static bool HasActive(IReadOnlyList<SigningKey> keys, DateTimeOffset now) => keys.Any(key => key.ActiveFrom <= now);

    private static Task<IReadOnlyList<SigningKey>> LoadAsync(DbSession session, DateTimeOffset now) => session.QueryAsync<SigningKey>(LoadSql, new { now });

    private static async Task<SigningKey> AddAsync(DbSession session, SigningKey key, DateTimeOffset now)
    {
        await session.ExecuteAsync(
            "INSERT INTO signing_keys (kid, algorithm, private_key, created_at, active_from) VALUES (@Kid, 'ES256', @PrivateKey, @now, @ActiveFrom)",
            new { key.Kid, key.PrivateKey, key.ActiveFrom, now });
        return key;
    }
}
