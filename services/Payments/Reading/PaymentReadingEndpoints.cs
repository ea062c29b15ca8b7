using ServiceDefaults;

namespace Payments.Reading;

/// <summary>Reads payments: the owner's own, an operator's all. Somebody else's is not found.</summary>
internal static class PaymentReadingEndpoints
{
    public static IEndpointRouteBuilder MapPaymentReading(this IEndpointRouteBuilder app)
    {
        var payments = app.MapGroup("/api/v1/payments").WithTags("Payments");
        payments.MapGet("/{id}", GetAsync).RequireUser().WithName("GetPayment").WithSummary("A payment with its transactions.");
        payments.MapGet("", OfOrderAsync).RequireUser().WithName("ListPaymentsOfOrder").WithSummary("The payments of an order.");
        return app;
    }

    private static async Task<IResult> GetAsync(Guid id, RequestContext context, PaymentReader reader, CancellationToken ct) =>
        await reader.FindAsync(context, id, ct) is { } payment ? TypedResults.Ok(payment) : Problems.NotFound();

    private static async Task<IResult> OfOrderAsync(Guid orderId, Page page, RequestContext context, PaymentReader reader, CancellationToken ct)
    {
        var payments = await reader.OfOrderAsync(context, orderId, ct);
        return TypedResults.Ok(page.Of<PaymentView>([.. payments.Skip(page.Offset).Take(page.Size)], payments.Count));
    }
}
