using Orders.Model;
using ServiceDefaults;

namespace Orders.Placing;

/// <summary>What an order needs from the other services, read once when it is placed.</summary>
internal sealed class OrderInformation(ISidecar sidecar)
{
    private static readonly TimeSpan PaymentMethodTimeout = TimeSpan.FromSeconds(1.5);

    /// <summary>Prices of the products that may be ordered.</summary>
    public async Task<IReadOnlyDictionary<Guid, ProductPrice>> PricesAsync(RequestContext context, IEnumerable<Guid> productIds, CancellationToken ct)
    {
        var answer = await sidecar.PostAsync<PriceList>("products", "/internal/v1/products:prices", new { ids = productIds }, AsSystem(context), ct);
        return answer.Items.ToDictionary(price => price.ProductId);
    }

    /// <summary>
    /// False when Payments knows that the method is not the customer's. While Payments is away the order is taken anyway: the
    /// saga waits for Payments, which checks the method again before it charges.
    /// </summary>
    public async Task<bool> MayPayWithAsync(RequestContext context, Guid paymentMethodId, CancellationToken ct)
    {
        try
        {
            var answer = await sidecar.PostAsync<StepOutcome>(
                "payments", $"/internal/v1/payment-methods/{paymentMethodId}:check", new { userId = context.RequiredUserId }, AsSystem(context), PaymentMethodTimeout, ct);
            return answer.Outcome == "done";
        }
        catch (TransientCallException)
        {
            return true;
        }
    }

    /// <summary>The customer's own address, if there is one.</summary>
    public async Task<Address?> AddressAsync(RequestContext context, CancellationToken ct) =>
        (await sidecar.GetAsync<CustomerProfile>("users", "/api/v1/users/me", context, ct))?.Address;

    private static RequestContext AsSystem(RequestContext context) => RequestContext.System("order-placement", context.TenantId);

    private sealed record PriceList(IReadOnlyList<ProductPrice> Items);

    private sealed record StepOutcome(string Outcome);

    private sealed record CustomerProfile(Address? Address = null);
}
