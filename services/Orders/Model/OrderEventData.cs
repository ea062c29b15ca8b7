namespace Orders.Model;

/// <summary>Data of every order event.</summary>
/// <param name="Undos">With `order.intervention_required`: the compensations that do not succeed.</param>
internal sealed record OrderEventData(
    string TenantId,
    long Version,
    Guid OrderId,
    Guid UserId,
    OrderStatus Status,
    decimal Total,
    string Currency,
    Guid? PaymentId,
    string? CancellationCode,
    IReadOnlyList<string>? Undos);
