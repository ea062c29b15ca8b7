namespace Payments.Model;

/// <summary>A payment as it is stored.</summary>
internal sealed record Payment
{
    public Guid Id { get; init; }

    public string TenantId { get; init; } = "";

    public Guid OrderId { get; init; }

    public Guid UserId { get; init; }

    public decimal Amount { get; init; }

    public string Currency { get; init; } = "";

    public Guid PaymentMethodId { get; init; }

    /// <summary>The processor's token of the card.</summary>
    public string Token { get; init; } = "";

    public PaymentStatus Status { get; init; }

    public string? AuthorizationId { get; init; }

    public decimal RefundedAmount { get; init; }

    public string? FailureCode { get; init; }

    public Guid? LeaseId { get; init; }

    public DateTimeOffset? LeaseUntil { get; init; }

    public DateTimeOffset CreatedAt { get; init; }

    public DateTimeOffset UpdatedAt { get; init; }

    public long Version { get; init; }

    /// <summary>The key under which the processor authorises this payment, once.</summary>
    public string AuthorizationKey => $"payment:{Id}:authorize";

    /// <summary>What is captured and not refunded.</summary>
    public decimal Refundable => Status is PaymentStatus.Completed or PaymentStatus.Refunding ? Amount - RefundedAmount : 0;
}
