using ServiceDefaults;

namespace Orders.Cancelling;

/// <summary>Body of `POST /api/v1/orders/{id}/cancel`.</summary>
internal sealed record CancelOrderRequest(string? Reason = null)
{
    private const int MaxLength = 500;

    public Validation Validate()
    {
        var validation = new Validation();
        validation.Require(!string.IsNullOrWhiteSpace(Reason) && Reason.Length <= MaxLength, "reason", $"Must have 1 to {MaxLength} characters.");
        return validation;
    }
}
