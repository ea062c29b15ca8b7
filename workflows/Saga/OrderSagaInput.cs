namespace Workflows.Saga;

/// <summary>What the saga needs to know of an order. It stays in the engine's history, so that it names the customer by id only.</summary>
/// <param name="OrderId">The order; also the instance id of the workflow.</param>
/// <param name="TenantId">The tenant the order belongs to.</param>
/// <param name="UserId">The customer.</param>
/// <param name="Items">Products and quantities, one entry per product.</param>
/// <param name="Total">What is charged, in <paramref name="Currency"/>.</param>
/// <param name="Currency">ISO 4217.</param>
/// <param name="PaymentMethodId">What is charged.</param>
/// <param name="Deadline">From this time (UTC) on the saga no longer waits for a fault to end: it compensates.</param>
/// <param name="ReservationSeconds">How long the reservation of stock lives, in seconds.</param>
public sealed record OrderSagaInput(
    Guid OrderId,
    string TenantId,
    Guid UserId,
    IReadOnlyList<OrderSagaItem> Items,
    decimal Total,
    string Currency,
    Guid PaymentMethodId,
    DateTime Deadline,
    int ReservationSeconds);
