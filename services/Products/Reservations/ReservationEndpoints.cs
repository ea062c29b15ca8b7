using Microsoft.Extensions.Options;
using Products.Stock;
using ServiceDefaults;

namespace Products.Reservations;

/// <summary>The saga's steps on stock. A business refusal is an answer (200 rejected), never an error.</summary>
internal static class ReservationEndpoints
{
    public static IEndpointRouteBuilder MapReservations(this IEndpointRouteBuilder app)
    {
        var steps = app.MapInternal("/internal/v1");
        steps.MapPut("/reservations/{orderId}", ReserveAsync);
        steps.MapPost("/reservations/{orderId}:confirm", ConfirmAsync);
        steps.MapPost("/reservations/{orderId}:release", ReleaseAsync);
        return app;
    }

    private static async Task<IResult> ReserveAsync(
        Guid orderId,
        ReserveRequest request,
        IdempotencyKey key,
        RequestContext context,
        IIdempotency idempotency,
        ReservationSteps steps,
        IOptions<ReservationOptions> options,
        CancellationToken ct)
    {
        var validation = request.Validate();
        if (validation.Failed)
        {
            return validation.ToResult();
        }

        var lines = StockLine.InLockOrder(request.Items!);
        var lifetime = TimeSpan.FromSeconds(request.ExpiresInSeconds ?? options.Value.LifetimeSeconds);
        return await idempotency.RunAsync(
            context, "products.reserve", key.Value, new { orderId, request }, session => steps.ReserveAsync(session, orderId, lines, lifetime), ct);
    }

    private static Task<IResult> ConfirmAsync(
        Guid orderId, IdempotencyKey key, RequestContext context, IIdempotency idempotency, ReservationSteps steps, CancellationToken ct) =>
        idempotency.RunAsync(context, "products.confirm", key.Value, new { orderId }, session => steps.ConfirmAsync(session, orderId), ct);

    private static Task<IResult> ReleaseAsync(
        Guid orderId, IdempotencyKey key, RequestContext context, IIdempotency idempotency, ReservationSteps steps, CancellationToken ct) =>
        idempotency.RunAsync(context, "products.release", key.Value, new { orderId }, session => steps.ReleaseAsync(session, orderId), ct);
}
