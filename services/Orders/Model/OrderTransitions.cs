namespace Orders.Model;

/// <summary>The order state machine (CAP-OR-20 to CAP-OR-27); what is not listed is refused.</summary>
internal static class OrderTransitions
{
    private static readonly HashSet<(OrderStatus From, OrderStatus To)> Allowed =
    [
        (OrderStatus.Created, OrderStatus.Reserved),
        (OrderStatus.Created, OrderStatus.Cancelled),
        (OrderStatus.Reserved, OrderStatus.Paid),
        (OrderStatus.Reserved, OrderStatus.Cancelled),
        (OrderStatus.Paid, OrderStatus.Shipped),
        (OrderStatus.Paid, OrderStatus.Cancelled),
        (OrderStatus.Shipped, OrderStatus.Delivered),
        (OrderStatus.Shipped, OrderStatus.Returned),
        (OrderStatus.Delivered, OrderStatus.Returned),
    ];

    public static bool IsAllowed(OrderStatus from, OrderStatus to) => Allowed.Contains((from, to));

    /// <summary>The saga has nothing left to do.</summary>
    public static bool IsSettled(OrderStatus status) => status is not (OrderStatus.Created or OrderStatus.Reserved);
}
