using Payments.Processor;
using ServiceDefaults;

namespace Payments.PaymentMethods;

/// <summary>A customer's payment methods. Somebody else's is not found.</summary>
internal static class PaymentMethodEndpoints
{
    public static IEndpointRouteBuilder MapPaymentMethods(this IEndpointRouteBuilder app)
    {
        var methods = app.MapGroup("/api/v1/payment-methods").WithTags("Payment methods");
        methods.MapPost("", AddAsync).RequireUser().WithName("AddPaymentMethod").WithSummary("Adds a card; its number and code are not stored.");
        methods.MapGet("", ListAsync).RequireUser().WithName("ListPaymentMethods").WithSummary("The caller's payment methods.");
        methods.MapGet("/{id}", GetAsync).RequireUser().WithName("GetPaymentMethod").WithSummary("One of the caller's payment methods.");
        methods.MapDelete("/{id}", RemoveAsync).RequireUser().WithName("RemovePaymentMethod").WithSummary("Removes a payment method.");
        app.MapInternal("/internal/v1").MapPost("/payment-methods/{id}:check", CheckAsync);
        return app;
    }

    private static async Task<IResult> AddAsync(
        AddCardRequest request, RequestContext context, IProcessor processor, IDatabase database, PaymentMethodTable table, IIdGenerator ids, TimeProvider time, CancellationToken ct)
    {
        var now = time.GetUtcNow();
        var validation = request.Validate(now);
        if (validation.Failed)
        {
            return validation.ToResult();
        }

        var token = await TokenAsync(processor, context, request, ct);
        if (token is null)
        {
            return Problems.Of(Codes.ServiceUnavailable, "The card cannot be registered now.", retryAfter: TimeSpan.FromSeconds(5));
        }

        var method = new PaymentMethod
        {
            Id = ids.NewId(),
            TenantId = context.TenantId,
            UserId = context.RequiredUserId,
            Brand = CardBrand.Of(request.Number!).Name,
            Last4 = request.Number![^4..],
            ExpMonth = request.ExpMonth!.Value,
            ExpYear = request.ExpYear!.Value,
            Token = token,
            CreatedAt = now,
        };
        await database.TransactionAsync(context, session => table.AddAsync(session, method), ct);
        return TypedResults.Created($"/api/v1/payment-methods/{method.Id}", PaymentMethodView.Of(method));
    }

    private static async Task<string?> TokenAsync(IProcessor processor, RequestContext context, AddCardRequest request, CancellationToken ct)
    {
        try
        {
            return await processor.TokenizeAsync(context, request.ToCardDetails(), ct);
        }
        catch (TransientCallException)
        {
            return null;
        }
    }

    private static async Task<IResult> ListAsync(Page page, RequestContext context, IDatabase database, PaymentMethodTable table, CancellationToken ct)
    {
        var list = await database.TransactionAsync(context, session => table.ListAsync(session, context.RequiredUserId, page), ct);
        return TypedResults.Ok(page.Of<PaymentMethodView>([.. list.Items.Select(PaymentMethodView.Of)], list.Total));
    }

    private static async Task<IResult> GetAsync(Guid id, RequestContext context, IDatabase database, PaymentMethodTable table, CancellationToken ct) =>
        await database.TransactionAsync(context, session => table.FindAsync(session, id, context.RequiredUserId), ct) is { } method
            ? TypedResults.Ok(PaymentMethodView.Of(method))
            : Problems.NotFound();

    private static async Task<IResult> RemoveAsync(Guid id, RequestContext context, IDatabase database, PaymentMethodTable table, CancellationToken ct) =>
        await database.TransactionAsync(context, session => table.RemoveAsync(session, id, context.RequiredUserId), ct) ? TypedResults.NoContent() : Problems.NotFound();

    /// <summary>For Orders: is this the user's? A no is an answer, so that it does not count as a fault with any breaker.</summary>
    private static async Task<IResult> CheckAsync(Guid id, CheckRequest request, RequestContext context, IDatabase database, PaymentMethodTable table, CancellationToken ct) =>
        await database.TransactionAsync(context, session => table.FindAsync(session, id, request.UserId), ct) is null
            ? TypedResults.Ok(StepResults.Rejected("payment_method_unknown", "The user has no such payment method.").Body)
            : TypedResults.Ok(StepResults.Done().Body);
}
