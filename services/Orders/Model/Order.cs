namespace Orders.Model;

/// <summary>An order without its lines, as it is stored.</summary>
internal sealed record Order
{
    public Guid Id { get; init; }

    public string TenantId { get; init; } = "";

    public Guid UserId { get; init; }

    public OrderStatus Status { get; init; }

    /// <summary>Cancellation was accepted; the undos are still running.</summary>
    public bool Cancelling { get; init; }

    public decimal Total { get; init; }

    public string Currency { get; init; } = "";

    /// <summary>JSON of an <see cref="Address"/>.</summary>
    public string ShippingAddress { get; init; } = "{}";

    public Guid PaymentMethodId { get; init; }

    public Guid? PaymentId { get; init; }

    public string? CancellationCode { get; init; }

    public string? CancellationReason { get; init; }

    public string IdempotencyKey { get; init; } = "";

    /// <summary>When the saga stops waiting for a fault to end.</summary>
    public DateTimeOffset Deadline { get; init; }

    public DateTimeOffset CreatedAt { get; init; }

    public DateTimeOffset UpdatedAt { get; init; }

    public long Version { get; init; }
}
