using Microsoft.Extensions.Options;
using Orders.Model;
using Orders.Sagas;
using ServiceDefaults;
using Workflows.Saga;

namespace Orders.Cancelling;

/// <summary>
/// Accepts cancel requests. The order's locked row decides between this and the saga's MarkPaid: a request that came first is
/// seen by the saga, which then compensates; one that came after starts a cancellation of its own, which refunds.
/// </summary>
internal sealed class OrderCancelling(IDatabase database, OrderTable orders, IOutbox outbox, IOptions<SagaOptions> options)
{
    public Task<CancelOutcome> CancelAsync(RequestContext context, Guid id, string reason, CancellationToken ct) => database.TransactionAsync(
        context,
        async session =>
        {
            if (await orders.LockVisibleAsync(session, id) is not { } order)
            {
                return new CancelOutcome(CancelDecision.NotFound, null, null);
            }

            var lines = await orders.LinesAsync(session, id);
            var decision = Decide(order);
            if (decision != CancelDecision.Accepted || order.Cancelling)
            {
                return new CancelOutcome(decision, OrderView.Of(order, lines), order.Status);
            }

            var cancelling = await orders.SaveAsync(session, order, order with { Cancelling = true, CancellationCode = CancellationCodes.CustomerRequest, CancellationReason = reason });
            await outbox.AppendAsync(session, Entry(cancelling, lines, reason));
            return new CancelOutcome(decision, OrderView.Of(cancelling, lines), cancelling.Status);
        },
        ct);

    private static CancelDecision Decide(Order order) => order.Status switch
    {
        OrderStatus.Cancelled => CancelDecision.AlreadyCancelled,
        OrderStatus.Created or OrderStatus.Reserved or OrderStatus.Paid => CancelDecision.Accepted,
        _ => CancelDecision.Refused,
    };

    private OutboxEntry Entry(Order order, IReadOnlyList<OrderLine> lines, string reason) => order.Status == OrderStatus.Paid
        ? WorkflowMessage.StartCancellation(new OrderCancellationInput(SagaInputs.Of(order, lines, options.Value), new SagaFailure(CancellationCodes.CustomerRequest, reason)), order.Version)
        : WorkflowMessage.RaiseCancel(order.Id, reason, order.Version);
}
