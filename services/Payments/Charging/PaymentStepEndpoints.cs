using ServiceDefaults;

namespace Payments.Charging;

/// <summary>The routes of the saga's payment step and its undo.</summary>
internal static class PaymentStepEndpoints
{
    public static IEndpointRouteBuilder MapPaymentSteps(this IEndpointRouteBuilder app)
    {
        var steps = app.MapInternal("/internal/v1");
        steps.MapPost("/payments/{orderId}:process", ProcessAsync);
        steps.MapPost("/payments/{orderId}:refund", RefundAsync);
        return app;
    }

    private static async Task<IResult> ProcessAsync(
        Guid orderId, ProcessRequest request, IdempotencyKey key, RequestContext context, IIdempotency idempotency, PaymentSteps steps, CancellationToken ct)
    {
        var validation = request.Validate();
        return validation.Failed
            ? validation.ToResult()
            : await idempotency.RunLongAsync(context, "payments.process", key.Value, new { orderId, request }, token => steps.ProcessAsync(context, orderId, request, token), ct);
    }

    private static Task<IResult> RefundAsync(Guid orderId, IdempotencyKey key, RequestContext context, IIdempotency idempotency, PaymentSteps steps, CancellationToken ct) =>
        idempotency.RunLongAsync(context, "payments.undo", key.Value, new { orderId }, token => steps.RefundAsync(context, orderId, token), ct);
}
