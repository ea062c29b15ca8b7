namespace Orders.Model;

/// <summary>The states of an order.</summary>
internal enum OrderStatus
{
    Created,
    Reserved,
    Paid,
    Shipped,
    Delivered,
    Cancelled,
    Returned,
}
