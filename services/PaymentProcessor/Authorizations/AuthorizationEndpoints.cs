using Microsoft.Extensions.Options;
using PaymentProcessor.Tokens;
using ServiceDefaults;

namespace PaymentProcessor.Authorizations;

/// <summary>Authorise, capture, void, refund, and the look-up by key that settles what a client does not know.</summary>
internal static class AuthorizationEndpoints
{
    public static IEndpointRouteBuilder MapAuthorizations(this IEndpointRouteBuilder app)
    {
        var v1 = app.MapInternal("/v1");
        v1.MapPost("/authorizations", AuthorizeAsync);
        v1.MapGet("/authorizations", FindAsync);
        v1.MapPost("/authorizations:void", VoidByKeyAsync);
        v1.MapPost("/authorizations/{id}:capture", CaptureAsync);
        v1.MapPost("/authorizations/{id}:void", VoidAsync);
        v1.MapPost("/authorizations/{id}:refund", RefundAsync);
        return app;
    }

    private static async Task<IResult> AuthorizeAsync(AuthorizeRequest request, IdempotencyKey key, AuthorizationDesk desk, CancellationToken ct)
    {
        var validation = request.Validate();
        return validation.Failed ? validation.ToResult() : Answer(await desk.AuthorizeAsync(key.Value, request, ct));
    }

    private static async Task<IResult> FindAsync(string key, AuthorizationLedger ledger, CancellationToken ct)
    {
        var found = await ledger.FindAsync(Authorization.IdOf(key), ct);
        return TypedResults.Ok(new { items = found is null or { Status: AuthorizationStatus.Undecided } ? [] : new[] { AuthorizationView.Of(found) } });
    }

    private static async Task<IResult> CaptureAsync(string id, AuthorizationDesk desk, AuthorizationLedger ledger, IOptions<ProcessorOptions> options, TimeProvider time, CancellationToken ct)
    {
        var before = await ledger.FindAsync(id, ct);

        // Once begun, a capture is finished even if the client has gone.
        var decision = await desk.CaptureAsync(id, CancellationToken.None);
        if (before is { Scenario: Scenario.SlowCapture, Status: AuthorizationStatus.Authorized })
        {
            await Task.Delay(TimeSpan.FromMilliseconds(options.Value.SlowAnswerMilliseconds), time, ct);
        }

        return Answer(decision);
    }

    private static async Task<IResult> VoidAsync(string id, AuthorizationDesk desk, CancellationToken ct) => Answer(await desk.VoidAsync(id, ct));

    private static async Task<IResult> VoidByKeyAsync(IdempotencyKey key, AuthorizationDesk desk, CancellationToken ct) => Answer(await desk.VoidByKeyAsync(key.Value, ct));

    private static async Task<IResult> RefundAsync(string id, RefundRequest request, IdempotencyKey key, AuthorizationDesk desk, CancellationToken ct) =>
        request.Amount <= 0 ? Problems.Invalid("amount", "Must be greater than 0.") : Answer(await desk.RefundAsync(id, key.Value, request.Amount, ct));

    private static IResult Answer(Decision? decision) => decision switch
    {
        null => Problems.NotFound(),
        { Temporary: true } => Problems.Of(Codes.ServiceUnavailable, "The processor cannot decide now."),
        { Refusal: { } code } => TypedResults.Ok(new { outcome = "rejected", code, detail = "The processor refused.", authorization = AuthorizationView.Of(decision.Authorization) }),
        _ => TypedResults.Ok(new { outcome = "done", authorization = AuthorizationView.Of(decision.Authorization) }),
    };
}
