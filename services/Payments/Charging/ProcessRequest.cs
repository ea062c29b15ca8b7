using ServiceDefaults;

namespace Payments.Charging;

/// <summary>Body of the payment step.</summary>
internal sealed record ProcessRequest(Guid UserId, decimal Amount, string Currency, Guid PaymentMethodId)
{
    public Validation Validate()
    {
        var validation = new Validation();
        validation.Require(Amount > 0, "amount", "Must be greater than 0.");
        validation.Require(Currency is { Length: 3 }, "currency", "Must be an ISO 4217 code.");
        return validation;
    }
}
