using ServiceDefaults;

namespace PaymentProcessor.Authorizations;

/// <summary>Body of `POST /v1/authorizations`.</summary>
internal sealed record AuthorizeRequest(string? Token = null, decimal Amount = 0, string? Currency = null)
{
    public Validation Validate()
    {
        var validation = new Validation();
        validation.Require(Tokens.CardTokens.ScenarioOf(Token) is not null, "token", "Is no token of this processor.");
        validation.Require(Amount > 0, "amount", "Must be greater than 0.");
        validation.Require(Currency is { Length: 3 }, "currency", "Must be an ISO 4217 code.");
        return validation;
    }
}
