using Orders.Model;
using ServiceDefaults;
using Workflows.Ledger;
using Workflows.Saga;
using Workflows.Steps;

namespace Orders.Sagas;

/// <summary>
/// What the saga's activities write. Invariants: the order's row is locked before anything of it changes; a change of the
/// order, its event and its step's entry are one transaction; every method may be repeated; an accepted cancellation wins
/// over RESERVED and PAID, because both look at the same locked row.
/// </summary>
internal sealed partial class OrderLedger(IDatabase database, OrderTable orders, SagaTable sagas, OrderEvents events, OrderSettlements settlements, ILogger<OrderLedger> logger) : IOrderLedger
{
    public Task StepStartedAsync(StepRun run) => WriteAsync(run.TenantId, session => sagas.StepStartedAsync(session, run));

    public Task StepEndedAsync(StepRun run, StepStatus status, string? error) => WriteAsync(run.TenantId, session => sagas.StepEndedAsync(session, run, status, error));

    public Task<StepResult> MarkReservedAsync(StepRun run) => AdvanceAsync(run, OrderStatus.Reserved, order => order, events.ReservedAsync);

    public async Task<StepResult> MarkPaidAsync(StepRun run, Guid? paymentId) =>
        await AdvanceAsync(run, OrderStatus.Paid, order => order with { PaymentId = paymentId }, async (session, order) =>
        {
            await sagas.SetStateAsync(session, order.Id, SagaState.Completed);
            await events.PaidAsync(session, order);
            session.OnCommitted(() => settlements.Signal(order.Id));
        });

    public Task CompensationStartedAsync(string tenantId, Guid orderId, SagaFailure failure, IReadOnlyList<string> undos) => WriteAsync(tenantId, async session =>
    {
        var order = await orders.LockAsync(session, orderId);
        if (order.Status == OrderStatus.Cancelled)
        {
            return;
        }

        await orders.SaveAsync(session, order, order with
        {
            Cancelling = true,
            CancellationCode = order.CancellationCode ?? failure.Code,
            CancellationReason = order.CancellationReason ?? failure.Reason,
        });
        await sagas.SetStateAsync(session, orderId, SagaState.Compensating);
        await sagas.TurnRoundAsync(session, orderId, undos);
    });

    public Task InterventionRequiredAsync(string tenantId, Guid orderId, IReadOnlyList<string> undos) => WriteAsync(tenantId, async session =>
    {
        var order = await orders.LockAsync(session, orderId);
        await sagas.SetStateAsync(session, orderId, SagaState.Compensating, interventionRequired: true);
        var saved = await orders.SaveAsync(session, order, order);
        await events.InterventionRequiredAsync(session, saved, undos);
        LogInterventionRequired(logger, orderId, string.Join(", ", undos));
    });

    public Task MarkCancelledAsync(string tenantId, Guid orderId) => WriteAsync(tenantId, async session =>
    {
        var order = await orders.LockAsync(session, orderId);
        if (order.Status == OrderStatus.Cancelled)
        {
            return;
        }

        var cancelled = await orders.SaveAsync(session, order, order with { Status = OrderStatus.Cancelled, Cancelling = false });
        await sagas.SetStateAsync(session, orderId, SagaState.Compensated);
        await events.CancelledAsync(session, cancelled);
        session.OnCommitted(() => settlements.Signal(orderId));
    });

    private Task<StepResult> AdvanceAsync(StepRun run, OrderStatus to, Func<Order, Order> change, Func<DbSession, Order, Task> then) =>
        database.TransactionAsync(Context(run.TenantId), async session =>
        {
            var order = await orders.LockAsync(session, run.OrderId);
            if (order.Cancelling || order.Status == OrderStatus.Cancelled)
            {
                await sagas.StepEndedAsync(session, run, StepStatus.Rejected, order.CancellationCode);
                return StepResult.Rejected(CancellationCodes.CustomerRequest, order.CancellationReason);
            }

            if (order.Status < to)
            {
                await then(session, await orders.SaveAsync(session, order, change(order) with { Status = to }));
            }

            await sagas.StepEndedAsync(session, run, StepStatus.Completed, null);
            return StepResult.Completed;
        }, CancellationToken.None);

    private Task WriteAsync(string tenantId, Func<DbSession, Task> work) => database.TransactionAsync(Context(tenantId), work, CancellationToken.None);

    private static RequestContext Context(string tenantId) => RequestContext.System("order-saga", tenantId);

    [LoggerMessage(EventId = 3001, Level = LogLevel.Critical, Message = "Order {OrderId} needs a person: the compensations {Undos} keep failing")]
    private static partial void LogInterventionRequired(ILogger logger, Guid orderId, string undos);
}
