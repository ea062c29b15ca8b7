namespace Payments.PaymentMethods;

/// <summary>A payment method as it is stored.</summary>
internal sealed record PaymentMethod
{
    public Guid Id { get; init; }

    public string TenantId { get; init; } = "";

    public Guid UserId { get; init; }

    public string Type { get; init; } = "card";

    public string Brand { get; init; } = "";

    public string Last4 { get; init; } = "";

    public int ExpMonth { get; init; }

    public int ExpYear { get; init; }

    /// <summary>The processor's token.</summary>
    public string Token { get; init; } = "";

    public DateTimeOffset CreatedAt { get; init; }
}
