namespace Payments.PaymentMethods;

/// <summary>Body of the check of a payment method.</summary>
internal sealed record CheckRequest(Guid UserId);
