namespace PaymentProcessor.Authorizations;

/// <summary>Body of `:refund`.</summary>
internal sealed record RefundRequest(decimal Amount = 0);
