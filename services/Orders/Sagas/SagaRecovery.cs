using Microsoft.Extensions.Options;
using Orders.Model;
using ServiceDefaults;
using Workflows.Saga;

namespace Orders.Sagas;

/// <summary>
/// Takes up an order that is not settled and that no workflow works on any more: its saga failed, was ended by somebody, gave up
/// an undo, or never began. Invariant: an order whose saga ended is only ever cancelled - every undo may be repeated, a step that
/// the saga may have done may not be taken for done. What is to start goes through the outbox, in the transaction that found it.
/// </summary>
internal sealed partial class SagaRecovery(
    ISagaWorkflows workflows, IDatabase database, OrderTable orders, SagaTable sagas, IOutbox outbox, IOptions<SagaOptions> options, ILogger<SagaRecovery> logger)
{
    /// <summary>Starts what the order needs; null when it needs nothing.</summary>
    public async Task<string?> RecoverAsync(string tenantId, Guid orderId, CancellationToken ct)
    {
        var saga = await workflows.FindAsync(orderId.ToString(), ct);
        if (saga == InstanceStanding.Running || await workflows.FindAsync(OrderCancellation.InstanceId(orderId), ct) is var cancellation && cancellation == InstanceStanding.Running)
        {
            return null;
        }

        var started = await database.TransactionAsync(
            RequestContext.System("saga-recovery", tenantId),
            session => StartAsync(session, orderId, neverBegan: saga == InstanceStanding.Absent && cancellation == InstanceStanding.Absent),
            ct);
        if (started is not null)
        {
            LogRecovered(logger, orderId, started);
        }

        return started;
    }

    private async Task<string?> StartAsync(DbSession session, Guid orderId, bool neverBegan)
    {
        var order = await orders.LockAsync(session, orderId);
        if (await sagas.FindAsync(session, orderId) is not { } saga || !NeedsWork(order, saga))
        {
            return null;
        }

        var input = SagaInputs.Of(order, await orders.LinesAsync(session, orderId), options.Value);
        var entry = neverBegan && saga.State == SagaState.Pending
            ? WorkflowMessage.StartSaga(input, order.Version)
            : WorkflowMessage.StartCancellation(new OrderCancellationInput(input, FailureOf(order)), order.Version);
        if (await sagas.HasMessageAsync(session, orderId, entry.Type))
        {
            return null;
        }

        await outbox.AppendAsync(session, entry);
        return entry.Type;
    }

    private static bool NeedsWork(Order order, SagaRow saga) =>
        order.Status is OrderStatus.Created or OrderStatus.Reserved or OrderStatus.Paid && (order.Cancelling || saga.State != SagaState.Completed);

    private static SagaFailure FailureOf(Order order) => new(
        order.CancellationCode ?? (order.Status == OrderStatus.Created ? CancellationCodes.ProductUnavailable : CancellationCodes.PaymentUnavailable),
        order.CancellationReason ?? "The order could not be completed.");

    [LoggerMessage(EventId = 3002, Level = LogLevel.Warning, Message = "Order {OrderId} is not settled and no workflow works on it; {Workflow} is started")]
    private static partial void LogRecovered(ILogger logger, Guid orderId, string workflow);
}
