using ServiceDefaults;

namespace Payments.Refunding;

/// <summary>Body of `POST /api/v1/payments/{id}/refund`; no amount = everything that is left.</summary>
internal sealed record RefundPaymentRequest(decimal? Amount = null, string? Reason = null)
{
    private const int MaxReasonLength = 500;

    public Validation Validate()
    {
        var validation = new Validation();
        validation.Require(Amount is null || (Amount > 0 && decimal.Round(Amount.Value, 2) == Amount), "amount", "Must be greater than 0, with two decimals at most.");
        validation.Require(Reason is { Length: >= 1 and <= MaxReasonLength }, "reason", $"Must have 1 to {MaxReasonLength} characters.");
        return validation;
    }
}
