namespace Orders.Model;

/// <summary>Why an order is, or is being, cancelled.</summary>
internal sealed record CancellationView(string Code, string? Reason)
{
    public static CancellationView? Of(Order order) => order.CancellationCode is { } code ? new CancellationView(code, order.CancellationReason) : null;
}
