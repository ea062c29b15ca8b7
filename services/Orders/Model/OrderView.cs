using System.Text.Json;
using ServiceDefaults;

namespace Orders.Model;

/// <summary>An order as clients see it.</summary>
internal sealed record OrderView(
    Guid Id,
    Guid UserId,
    OrderStatus Status,
    bool? Cancelling,
    IReadOnlyList<OrderLineView> Items,
    decimal Total,
    string Currency,
    Address? ShippingAddress,
    Guid? PaymentId,
    CancellationView? Cancellation,
    DateTimeOffset CreatedAt,
    DateTimeOffset UpdatedAt,
    long Version)
{
    public static OrderView Of(Order order, IEnumerable<OrderLine> lines) => new(
        order.Id,
        order.UserId,
        order.Status,
        order.Cancelling ? true : null,
        [.. lines.Select(line => new OrderLineView(line.ProductId, line.Quantity, line.UnitPrice, line.LineTotal))],
        order.Total,
        order.Currency,
        JsonSerializer.Deserialize<Address>(order.ShippingAddress, ServiceJson.Tolerant),
        order.PaymentId,
        CancellationView.Of(order),
        order.CreatedAt,
        order.UpdatedAt,
        order.Version);
}
