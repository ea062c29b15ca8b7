using ServiceDefaults;

namespace Orders.Placing;

/// <summary>`POST /api/v1/orders`.</summary>
internal static class PlacingEndpoints
{
    public static IEndpointRouteBuilder MapPlacing(this IEndpointRouteBuilder app)
    {
        app.MapPost("/api/v1/orders", CreateAsync).RequireUser()
            .WithName("CreateOrder").WithTags("Orders").WithSummary("Places an order; with Prefer: wait=N the answer waits for its outcome.");
        return app;
    }

    private static async Task<IResult> CreateAsync(
        CreateOrderRequest request,
        IdempotencyKey key,
        PreferWait prefer,
        RequestContext context,
        HttpResponse response,
        IIdempotency idempotency,
        OrderPlacement placement,
        OrderWaiting waiting,
        CancellationToken ct)
    {
        var validation = request.Validate();
        if (validation.Failed)
        {
            return validation.ToResult();
        }

        var placed = await idempotency.RunLongAsync(context, "orders.create", key.Value, request, token => placement.PlaceAsync(request, context, key.Value, token), ct);
        if (prefer.Seconds == 0 || await waiting.WaitAsync(context, key.Value, TimeSpan.FromSeconds(prefer.Seconds), placed, ct) is not { } order)
        {
            return placed;
        }

        response.Headers[PreferWait.Applied] = $"wait={prefer.Seconds}";
        return TypedResults.Created($"/api/v1/orders/{order.Id}", order);
    }
}
