namespace Payments.Model;

/// <summary>One thing that was asked of the processor.</summary>
internal sealed record PaymentTransaction
{
    public Guid Id { get; init; }

    public Guid PaymentId { get; init; }

    public TransactionKind Kind { get; init; }

    public decimal Amount { get; init; }

    public TransactionStatus Status { get; init; }

    public string? ExternalId { get; init; }

    /// <summary>Who asked for it under which idempotency key; null when no request did.</summary>
    public string? RequestKey { get; init; }

    public DateTimeOffset At { get; init; }
}
