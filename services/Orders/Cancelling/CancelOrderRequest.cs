using ServiceDefaults;

namespace Orders.Cancelling;

/// <summary>Body of `POST /api/v1/orders/{id}/cancel`.</summary>
internal sealed record CancelOrderRequest(string? Reason = null)
{
    private const int MaxLength = 500;

    public Validation Validate()
    {
        var validation = new Validation();
        validation.RequireText(Reason, "reason", MaxLength, lines: true);
        return validation;
    }
}
