using Microsoft.Extensions.Options;
using ServiceDefaults;

namespace Orders.Sagas;

/// <summary>Looks at every order that has not been settled for a while, in every tenant, and has <see cref="SagaRecovery"/> take up those that nobody works on.</summary>
internal sealed partial class SagaSweep(IDatabase database, SagaRecovery recovery, IOptions<SagaOptions> options, TimeProvider time, ILogger<SagaSweep> logger)
{
    private const string Job = "saga-reconciliation";
    private const int Batch = 100;

    private const string UnsettledSql = """
        SELECT tenant_id, order_id FROM (
          SELECT tenant_id, order_id FROM sagas WHERE state IN ('PENDING', 'RUNNING', 'COMPENSATING') AND updated_at <= @before
          UNION
          SELECT tenant_id, id FROM orders WHERE cancelling AND updated_at <= @before) AS unsettled
        WHERE order_id > @after ORDER BY order_id LIMIT @batch
        """;

    /// <summary>Runs once over all of them; the number taken up.</summary>
    public async Task<int> RunAsync(CancellationToken ct)
    {
        var (recovered, after) = (0, Guid.Empty);
        var before = time.GetUtcNow() - options.Value.SweepAfter;
        while (true)
        {
            var parameters = new { before, after, batch = Batch };
            var unsettled = await database.SystemTransactionAsync(Job, session => session.QueryAsync<UnsettledSaga>(UnsettledSql, parameters), ct);
            foreach (var order in unsettled)
            {
                recovered += await TryRecoverAsync(order, ct) ? 1 : 0;
            }

            if (unsettled.Count < Batch)
            {
                return recovered;
            }

            after = unsettled[^1].OrderId;
        }
    }

    // One order that cannot be taken up must not keep all later ones waiting.
    private async Task<bool> TryRecoverAsync(UnsettledSaga order, CancellationToken ct)
    {
        try
        {
            return await recovery.RecoverAsync(order.TenantId, order.OrderId, ct) is not null;
        }
        catch (Exception exception) when (!ct.IsCancellationRequested)
        {
            LogNotRecovered(logger, exception, order.OrderId);
            return false;
        }
    }

    [LoggerMessage(EventId = 3003, Level = LogLevel.Error, Message = "Whether somebody works on order {OrderId} could not be found out; it is looked at again in the next round")]
    private static partial void LogNotRecovered(ILogger logger, Exception exception, Guid orderId);

    private sealed record UnsettledSaga
    {
        public string TenantId { get; init; } = "";

        public Guid OrderId { get; init; }
    }
}
