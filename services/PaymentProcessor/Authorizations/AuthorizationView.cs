namespace PaymentProcessor.Authorizations;

/// <summary>An authorisation as clients see it.</summary>
internal sealed record AuthorizationView(string Id, AuthorizationStatus Status, string? Code, decimal Amount, string Currency, decimal Captured, decimal Refunded, int Charges)
{
    public static AuthorizationView Of(Authorization authorization) => new(
        authorization.Id,
        authorization.Status,
        authorization.Code,
        authorization.Amount,
        authorization.Currency,
        authorization.Captured,
        authorization.Refunded,
        authorization.Charges);
}
