using Payments.Processor;
using ServiceDefaults;

namespace Payments.PaymentMethods;

/// <summary>Body of `POST /api/v1/payment-methods`. Holds a card's number and code: its text form shows nothing of them.</summary>
internal sealed record AddCardRequest(
    string? Type = null, string? Number = null, int? ExpMonth = null, int? ExpYear = null, string? Cvc = null, string? Holder = null)
{
    private const int MinDigits = 12;
    private const int MaxDigits = 19;
    private const int MaxHolderLength = 200;
    private const int MaxYearsAhead = 20;

    /// <summary>Everything that is wrong with it. No message repeats what was sent.</summary>
    public Validation Validate(DateTimeOffset now)
    {
        var validation = new Validation();
        validation.Require(Type == "card", "type", "Must be card.");
        validation.Require(Holder is { Length: >= 1 and <= MaxHolderLength }, "holder", $"Must have 1 to {MaxHolderLength} characters.");
        CheckNumber(validation);
        CheckExpiry(validation, now);
        return validation;
    }

    public CardDetails ToCardDetails() => new(Number!, ExpMonth!.Value, ExpYear!.Value);

    public override string ToString() => nameof(AddCardRequest);

    private void CheckNumber(Validation validation)
    {
        if (Number is not { Length: >= MinDigits and <= MaxDigits } || !Number.All(char.IsAsciiDigit))
        {
            validation.Add("number", $"Must have {MinDigits} to {MaxDigits} digits and nothing else.");
            validation.Require(Cvc is { Length: 3 or 4 } && Cvc.All(char.IsAsciiDigit), "cvc", "Must have 3 or 4 digits.");
            return;
        }

        var brand = CardBrand.Of(Number);
        validation.Require(brand.Lengths.Contains(Number.Length), "number", "Does not have the length of its card scheme.");
        validation.Require(Luhn.IsValid(Number), "number", "Is no card number: the check digit is wrong.");
        validation.Require(Cvc is not null && Cvc.Length == brand.CodeLength && Cvc.All(char.IsAsciiDigit), "cvc", $"Must have {brand.CodeLength} digits.");
    }

    private void CheckExpiry(Validation validation, DateTimeOffset now)
    {
        validation.Require(ExpMonth is >= 1 and <= 12, "expMonth", "Must be from 1 to 12.");
        validation.Require(ExpYear >= now.Year && ExpYear <= now.Year + MaxYearsAhead, "expYear", "Must be this year or one of the next twenty.");
        validation.Require(ExpYear != now.Year || ExpMonth is null || ExpMonth >= now.Month, "expMonth", "The card has expired.");
    }
}
