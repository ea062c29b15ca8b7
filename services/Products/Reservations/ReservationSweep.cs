using Products.Stock;
using ServiceDefaults;

namespace Products.Reservations;

/// <summary>Expires what is due: finds it in every tenant with the system role, then expires each reservation as its own tenant.</summary>
internal sealed partial class ReservationSweep(IDatabase database, ReservationSteps steps, TimeProvider time, ILogger<ReservationSweep> logger)
{
    private const string Job = "reservation-expiry";

    private const string DueSql = """
        SELECT tenant_id AS TenantId, order_id AS OrderId FROM reservations
        WHERE status = 'reserved' AND expires_at <= @now ORDER BY expires_at LIMIT @batch
        """;

    /// <summary>Runs once over at most <paramref name="batch"/> reservations; the number that expired.</summary>
    public async Task<int> RunAsync(int batch, CancellationToken ct)
    {
        var due = await database.SystemTransactionAsync(
            Job,
            session => session.QueryAsync<DueReservation>(DueSql, new { now = time.GetUtcNow(), batch }),
            ct);
        var expired = 0;
        foreach (var reservation in due)
        {
            if (await TryExpireAsync(reservation, ct))
            {
                expired++;
            }
        }

        return expired;
    }

    // One reservation whose stock does not add up must not keep all later ones from expiring.
    private async Task<bool> TryExpireAsync(DueReservation reservation, CancellationToken ct)
    {
        try
        {
            var context = RequestContext.System(Job, reservation.TenantId);
            return await database.TransactionAsync(context, session => steps.TryExpireAsync(session, reservation.OrderId), ct);
        }
        catch (StockMismatchException exception)
        {
            LogMismatch(logger, exception, reservation.OrderId);
            return false;
        }
    }

    [LoggerMessage(EventId = 2003, Level = LogLevel.Error, Message = "The reservation of order {OrderId} cannot expire: its stock does not add up")]
    private static partial void LogMismatch(ILogger logger, Exception exception, Guid orderId);

    private sealed record DueReservation(string TenantId, Guid OrderId);
}
