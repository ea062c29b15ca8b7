using Microsoft.Extensions.Logging;

namespace ServiceDefaults;

/// <summary>Removes idempotency keys that have expired and inbox entries older than any redelivery, in small portions.</summary>
internal sealed class Cleanup(IDatabase database, ServiceState state, TimeProvider time, ILogger<Cleanup> logger)
    : PeriodicJob(TimeSpan.FromMinutes(10), time, logger)
{
    private const int Portion = 1000;
    private static readonly TimeSpan InboxRetention = TimeSpan.FromDays(31);
    private readonly TimeProvider _time = time;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await state.Started.WaitAsync(stoppingToken);
        await base.ExecuteAsync(stoppingToken);
    }

    protected override async Task RunOnceAsync(CancellationToken ct)
    {
        while (await PortionAsync(ct) >= Portion)
        {
            // More is left; each portion is a short transaction of its own.
        }
    }

    private Task<int> PortionAsync(CancellationToken ct) => database.SystemTransactionAsync("cleanup", async session =>
    {
        var now = _time.GetUtcNow();
        var keys = await session.ExecuteAsync(
            "DELETE FROM idempotency_keys WHERE ctid IN (SELECT ctid FROM idempotency_keys WHERE expires_at <= @now LIMIT @Portion FOR UPDATE SKIP LOCKED)", new { now, Portion });
        var events = await session.ExecuteAsync(
            "DELETE FROM inbox WHERE ctid IN (SELECT ctid FROM inbox WHERE received_at <= @limit LIMIT @Portion FOR UPDATE SKIP LOCKED)", new { limit = now - InboxRetention, Portion });
        return Math.Max(keys, events);
    }, ct);
}
