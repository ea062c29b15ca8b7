using System.Security.Cryptography;
using System.Text;
using Microsoft.Extensions.Options;
using ServiceDefaults;

namespace Users.Login;

/// <summary>
/// Counts failures per pair of email and address and locks the pair. Kept in the database, so that every instance counts the
/// same; the pair is a hash, so that neither part is stored.
/// </summary>
internal sealed class LoginFailures(IOptions<LockOptions> options, TimeProvider time)
{
    private const string RecordSql = """
        INSERT INTO login_failures AS f (pair_hash, failures, first_failed_at, locked_until)
        VALUES (@pair, 1, @now, CASE WHEN @limit <= 1 THEN @until END)
        ON CONFLICT (pair_hash) DO UPDATE SET
          failures = CASE WHEN f.first_failed_at <= @since OR f.locked_until <= @now THEN 1 ELSE f.failures + 1 END,
          first_failed_at = CASE WHEN f.first_failed_at <= @since OR f.locked_until <= @now THEN @now ELSE f.first_failed_at END,
          locked_until = CASE
            WHEN f.locked_until > @now THEN f.locked_until
            WHEN (CASE WHEN f.first_failed_at <= @since OR f.locked_until <= @now THEN 1 ELSE f.failures + 1 END) >= @limit THEN @until END
        """;

    private const string ForgetOldSql = """
        DELETE FROM login_failures WHERE pair_hash IN (
          SELECT pair_hash FROM login_failures WHERE first_failed_at < @since AND coalesce(locked_until, first_failed_at) < @now
          ORDER BY first_failed_at LIMIT 10 FOR UPDATE SKIP LOCKED)
        """;

    private TimeSpan Window => TimeSpan.FromMinutes(options.Value.Minutes);

    public static byte[] Pair(string email, string? address) =>
        SHA256.HashData(Encoding.UTF8.GetBytes($"{email.ToLowerInvariant()}\n{address}"));

    /// <summary>How long the pair is still locked, or null.</summary>
    public async Task<TimeSpan?> LockedForAsync(DbSession session, byte[] pair)
    {
        var now = time.GetUtcNow();
        var until = await session.QuerySingleOrDefaultAsync<DateTimeOffset?>(
            "SELECT locked_until FROM login_failures WHERE pair_hash = @pair AND locked_until > @now", new { pair, now });
        return until - now;
    }

    public async Task RecordAsync(DbSession session, byte[] pair)
    {
        var now = time.GetUtcNow();
        await session.ExecuteAsync(RecordSql, new { pair, now, since = now - Window, until = now + Window, limit = options.Value.Failures });
        await session.ExecuteAsync(ForgetOldSql, new { now, since = now - Window });
    }

    /// <summary>Forgets the failures of a pair that is not locked.</summary>
    public Task ForgetAsync(DbSession session, byte[] pair) => session.ExecuteAsync(
        "DELETE FROM login_failures WHERE pair_hash = @pair AND (locked_until IS NULL OR locked_until <= @now)", new { pair, now = time.GetUtcNow() });
}
