using Orders.Model;
using Workflows.Saga;

namespace Orders.Sagas;

/// <summary>Makes the saga's input from an order.</summary>
internal static class SagaInputs
{
    public static OrderSagaInput Of(Order order, IEnumerable<OrderLine> lines, SagaOptions options) => new(
        order.Id,
        order.TenantId,
        order.UserId,
        [.. lines.Select(line => new OrderSagaItem(line.ProductId, line.Quantity))],
        order.Total,
        order.Currency,
        order.PaymentMethodId,
        order.Deadline.UtcDateTime,
        (int)options.ReservationLifetime.TotalSeconds);
}
