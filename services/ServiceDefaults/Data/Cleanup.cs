using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace ServiceDefaults;

/// <summary>Removes idempotency keys that have expired and inbox entries older than any redelivery, in small portions.</summary>
internal sealed partial class Cleanup(IDatabase database, ServiceState state, TimeProvider clock, ILogger<Cleanup> logger) : BackgroundService
{
    private const int Portion = 1000;
    private static readonly TimeSpan Interval = TimeSpan.FromMinutes(10);
    private static readonly TimeSpan InboxRetention = TimeSpan.FromDays(31);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await state.Started.WaitAsync(stoppingToken);
        while (!stoppingToken.IsCancellationRequested)
        {
            await Task.Delay(Interval, clock, stoppingToken);
            await RemoveAsync(stoppingToken);
        }
    }

    internal async Task RemoveAsync(CancellationToken ct)
    {
        try
        {
            while (await PortionAsync(ct) >= Portion)
            {
                // More is left; each portion is a short transaction of its own.
            }
        }
        catch (NpgsqlException exception)
        {
            Log.Failed(logger, exception);
        }
    }

    private Task<int> PortionAsync(CancellationToken ct) => database.SystemTransactionAsync("cleanup", async session =>
    {
        var now = clock.GetUtcNow();
        var keys = await session.ExecuteAsync(
            "DELETE FROM idempotency_keys WHERE ctid IN (SELECT ctid FROM idempotency_keys WHERE expires_at <= @now LIMIT @Portion FOR UPDATE SKIP LOCKED)", new { now, Portion });
        var events = await session.ExecuteAsync(
            "DELETE FROM inbox WHERE ctid IN (SELECT ctid FROM inbox WHERE received_at <= @limit LIMIT @Portion FOR UPDATE SKIP LOCKED)", new { limit = now - InboxRetention, Portion });
        return Math.Max(keys, events);
    }, ct);

    private static partial class Log
    {
        [LoggerMessage(150, LogLevel.Warning, "Expired rows could not be removed; it is tried again later")]
        public static partial void Failed(ILogger logger, Exception exception);
    }
}
