using Orders.Model;
using ServiceDefaults;

namespace Orders.Reading;

/// <summary>Reads orders: the owner's own, an operator's all. Somebody else's order is not found.</summary>
internal static class ReadingEndpoints
{
    private static readonly string[] Words = [.. Enum.GetNames<OrderStatus>().Select(name => name.ToUpperInvariant())];

    public static IEndpointRouteBuilder MapReading(this IEndpointRouteBuilder app)
    {
        var orders = app.MapGroup("/api/v1/orders").WithTags("Orders");
        orders.MapGet("/{id}", GetAsync).RequireUser().WithName("GetOrder").WithSummary("An order.");
        orders.MapGet("/{id}/status", StatusAsync).RequireUser().WithName("GetOrderStatus").WithSummary("Where an order stands.");
        orders.MapGet("/{id}/saga", SagaAsync).RequireUser().WithName("GetOrderSaga").WithSummary("The steps and compensations of an order.");
        orders.MapGet("", ListAsync).RequireUser().WithName("ListOrders").WithSummary("The caller's orders; all of them for operators.");
        app.MapGet("/api/v1/users/{id}/orders", OfUserAsync).RequireUser().WithTags("Orders").WithName("ListOrdersOfUser").WithSummary("A user's orders.");
        return app;
    }

    private static async Task<IResult> GetAsync(Guid id, RequestContext context, OrderReader reader, CancellationToken ct) =>
        await reader.FindAsync(context, id, ct) is { } order ? TypedResults.Ok(order) : Problems.NotFound();

    private static async Task<IResult> StatusAsync(Guid id, RequestContext context, OrderReader reader, CancellationToken ct) =>
        await reader.FindAsync(context, id, ct) is { } order ? TypedResults.Ok(OrderStatusView.Of(order)) : Problems.NotFound();

    private static async Task<IResult> SagaAsync(Guid id, RequestContext context, OrderReader reader, CancellationToken ct) =>
        await reader.FindSagaAsync(context, id, ct) is { } saga ? TypedResults.Ok(saga) : Problems.NotFound();

    private static async Task<IResult> ListAsync(string? status, Page page, RequestContext context, OrderReader reader, CancellationToken ct)
    {
        if (!TryParse(status, out var wanted))
        {
            return Problems.Invalid("status", "Must be one of CREATED, RESERVED, PAID, SHIPPED, DELIVERED, CANCELLED, RETURNED.");
        }

        return TypedResults.Ok(await reader.ListAsync(context, context.IsOperator ? null : context.RequiredUserId, wanted, page, ct));
    }

    private static async Task<IResult> OfUserAsync(string id, Page page, RequestContext context, OrderReader reader, CancellationToken ct)
    {
        Guid? userId = id == "me" ? context.RequiredUserId : Guid.TryParse(id, out var parsed) ? parsed : null;
        if (userId is null)
        {
            return Problems.Invalid("id", "Must be a UUID or me.");
        }

        return userId == context.RequiredUserId || context.Has(Roles.Admin)
            ? TypedResults.Ok(await reader.ListAsync(context, userId, null, page, ct))
            : Problems.NotFound();
    }

    private static bool TryParse(string? word, out OrderStatus? status)
    {
        status = null;
        if (word is null)
        {
            return true;
        }

        var known = Array.IndexOf(Words, word);
        status = known < 0 ? null : (OrderStatus)known;
        return known >= 0;
    }
}
