using ServiceDefaults;

namespace Payments.Refunding;

/// <summary>`POST /api/v1/payments/{id}/refund`.</summary>
internal static class RefundEndpoints
{
    public static IEndpointRouteBuilder MapRefunds(this IEndpointRouteBuilder app)
    {
        app.MapPost("/api/v1/payments/{id}/refund", RefundAsync).RequireRole(Roles.Operator)
            .WithTags("Payments").WithName("RefundPayment").WithSummary("Refunds a payment, whole or in part.");
        return app;
    }

    private static async Task<IResult> RefundAsync(
        Guid id, RefundPaymentRequest request, IdempotencyKey key, RequestContext context, IIdempotency idempotency, OperatorRefunds refunds, CancellationToken ct)
    {
        var validation = request.Validate();
        return validation.Failed
            ? validation.ToResult()
            : await idempotency.RunLongAsync(context, "payments.refund", key.Value, new { id, request }, token => refunds.RunAsync(context, id, request.Amount, key.Value, token), ct);
    }
}
