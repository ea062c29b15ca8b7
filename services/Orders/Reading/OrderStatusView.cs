using Orders.Model;

namespace Orders.Reading;

/// <summary>Where an order stands.</summary>
internal sealed record OrderStatusView(Guid Id, OrderStatus Status, bool? Cancelling, CancellationView? Cancellation, DateTimeOffset UpdatedAt, long Version)
{
    public static OrderStatusView Of(OrderView order) => new(order.Id, order.Status, order.Cancelling, order.Cancellation, order.UpdatedAt, order.Version);
}
