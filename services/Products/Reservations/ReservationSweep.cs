using ServiceDefaults;

namespace Products.Reservations;

/// <summary>Expires what is due: finds it in every tenant with the system role, then expires each reservation as its own tenant.</summary>
internal sealed class ReservationSweep(IDatabase database, ReservationSteps steps, TimeProvider time)
{
    private const string DueSql = """
        SELECT tenant_id AS TenantId, order_id AS OrderId FROM reservations
        WHERE status = 'reserved' AND expires_at <= @now ORDER BY expires_at LIMIT @batch
        """;

    /// <summary>Runs once over at most <paramref name="batch"/> reservations; the number that expired.</summary>
    public async Task<int> RunAsync(int batch, CancellationToken ct)
    {
        var due = await database.SystemTransactionAsync(
            "reservation-expiry",
            session => session.QueryAsync<DueReservation>(DueSql, new { now = time.GetUtcNow(), batch }),
            ct);
        var expired = 0;
        foreach (var reservation in due)
        {
            var context = RequestContext.System("reservation-expiry", reservation.TenantId);
            if (await database.TransactionAsync(context, session => steps.TryExpireAsync(session, reservation.OrderId), ct))
            {
                expired++;
            }
        }

        return expired;
    }

    private sealed record DueReservation(string TenantId, Guid OrderId);
}
