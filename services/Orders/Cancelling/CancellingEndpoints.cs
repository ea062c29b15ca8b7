using ServiceDefaults;

namespace Orders.Cancelling;

/// <summary>`POST /api/v1/orders/{id}/cancel`.</summary>
internal static class CancellingEndpoints
{
    public static IEndpointRouteBuilder MapCancelling(this IEndpointRouteBuilder app)
    {
        app.MapPost("/api/v1/orders/{id}/cancel", CancelAsync).RequireUser()
            .WithTags("Orders").WithName("CancelOrder").WithSummary("Cancels an order that is not shipped; a paid one is refunded.");
        return app;
    }

    private static async Task<IResult> CancelAsync(Guid id, CancelOrderRequest request, RequestContext context, OrderCancelling cancelling, CancellationToken ct)
    {
        var validation = request.Validate();
        if (validation.Failed)
        {
            return validation.ToResult();
        }

        var outcome = await cancelling.CancelAsync(context, id, request.Reason!, ct);
        return outcome.Decision switch
        {
            CancelDecision.NotFound => Problems.NotFound(),
            CancelDecision.Accepted => TypedResults.Accepted($"/api/v1/orders/{id}", outcome.Order),
            CancelDecision.AlreadyCancelled => TypedResults.Ok(outcome.Order),
            _ => Problems.Of(Codes.OrderStateConflict, $"The order is {outcome.Status?.ToString().ToUpperInvariant()} and cannot be cancelled any more."),
        };
    }
}
