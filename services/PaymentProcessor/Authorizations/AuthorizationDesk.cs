using PaymentProcessor.Tokens;

namespace PaymentProcessor.Authorizations;

/// <summary>
/// The processor's rules. Each operation may be repeated: an authorisation by its key, capture and void by the state they leave,
/// a refund by its key.
/// </summary>
internal sealed class AuthorizationDesk(AuthorizationLedger ledger)
{
    private const int TemporaryErrors = 2;

    public async Task<Decision> AuthorizeAsync(string key, AuthorizeRequest request, CancellationToken ct)
    {
        var scenario = CardTokens.ScenarioOf(request.Token) ?? throw new InvalidOperationException("The request was not validated.");
        var id = Authorization.IdOf(key);
        var asked = new Authorization(id, key, scenario, request.Amount, request.Currency!);
        return await ledger.UpdateAsync(id, before => before is { Status: not AuthorizationStatus.Undecided } ? Known(before) : Decide(before ?? asked), ct)
            ?? throw new InvalidOperationException("An authorisation is always decided.");
    }

    public Task<Decision?> CaptureAsync(string id, CancellationToken ct) => ledger.UpdateAsync(id, before => before switch
    {
        null => null,
        { Status: AuthorizationStatus.Captured or AuthorizationStatus.Refunded } => new Decision(before),
        { Status: AuthorizationStatus.Authorized, Scenario: Scenario.CaptureFails } => new Decision(before, RefusalCodes.PaymentDeclined),
        { Status: AuthorizationStatus.Authorized } => new Decision(before with { Status = AuthorizationStatus.Captured, Captured = before.Amount, Charges = before.Charges + 1 }),
        _ => new Decision(before, RefusalCodes.NotAuthorized),
    }, ct);

    public Task<Decision?> VoidAsync(string id, CancellationToken ct) => ledger.UpdateAsync(id, before => before is null ? null : Void(before), ct);

    /// <summary>Voids by the client's key. Without an authorisation yet, leaves one that is voided, so that a late one changes nothing.</summary>
    public async Task<Decision> VoidByKeyAsync(string key, CancellationToken ct)
    {
        var id = Authorization.IdOf(key);
        return await ledger.UpdateAsync(id, before => before switch
        {
            null => Forestall(new Authorization(id, key, Scenario.Approve, 0, "")),
            { Status: AuthorizationStatus.Undecided } => Forestall(before),
            _ => Void(before),
        }, ct) ?? throw new InvalidOperationException("A void by key is always decided.");
    }

    public Task<Decision?> RefundAsync(string id, string key, decimal amount, CancellationToken ct) => ledger.UpdateAsync(id, before => before switch
    {
        null => null,
        _ when before.Refunds.ContainsKey(key) => new Decision(before),
        _ when amount > before.Captured - before.Refunded => new Decision(before, RefusalCodes.RefundExceedsCapture),
        _ => new Decision(Refunded(before, key, amount)),
    }, ct);

    private static Decision Void(Authorization before) => before.Status switch
    {
        AuthorizationStatus.Voided or AuthorizationStatus.Declined => new Decision(before),
        AuthorizationStatus.Authorized => new Decision(before with { Status = AuthorizationStatus.Voided }),
        _ => new Decision(before, RefusalCodes.AlreadyCaptured),
    };

    private static Decision Forestall(Authorization before) => new(before with { Status = AuthorizationStatus.Voided, Code = RefusalCodes.NotAuthorized });

    private static Authorization Refunded(Authorization before, string key, decimal amount) => before with
    {
        Refunded = before.Refunded + amount,
        Refunds = new Dictionary<string, decimal>(before.Refunds, StringComparer.Ordinal) { [key] = amount },
        Status = before.Refunded + amount == before.Captured ? AuthorizationStatus.Refunded : before.Status,
    };

    private static Decision Known(Authorization authorization) => new(authorization, authorization.Code);

    private static Decision Decide(Authorization asked) => asked.Scenario switch
    {
        Scenario.Declined => Refuse(asked, RefusalCodes.PaymentDeclined),
        Scenario.InsufficientFunds => Refuse(asked, RefusalCodes.InsufficientFunds),
        Scenario.Expired => Refuse(asked, RefusalCodes.CardExpired),
        Scenario.Fraud => Refuse(asked, RefusalCodes.FraudSuspected),
        Scenario.Unavailable => new Decision(asked with { FailedAttempts = asked.FailedAttempts + 1 }, Temporary: true),
        Scenario.TemporaryError when asked.FailedAttempts < TemporaryErrors => new Decision(asked with { FailedAttempts = asked.FailedAttempts + 1 }, Temporary: true),
        _ => new Decision(asked with { Status = AuthorizationStatus.Authorized }),
    };

    private static Decision Refuse(Authorization asked, string code) => new(asked with { Status = AuthorizationStatus.Declined, Code = code }, code);
}
