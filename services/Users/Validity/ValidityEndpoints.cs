using ServiceDefaults;
using Users.Accounts;

namespace Users.Validity;

/// <summary>The saga's first step: may this user order, and where to.</summary>
internal static class ValidityEndpoints
{
    private const string UserInvalid = "user_invalid";

    public static IEndpointRouteBuilder MapValidity(this IEndpointRouteBuilder app)
    {
        app.MapInternal("/internal/v1").MapPost("/users/{id}:validate", ValidateUserAsync);
        return app;
    }

    private static Task<IResult> ValidateUserAsync(Guid id, IdempotencyKey key, RequestContext context, IIdempotency idempotency, CancellationToken ct) =>
        idempotency.RunAsync(context, "users.validate", key.Value, new { id }, session => ValidateAsync(session, id), ct);

    private static async Task<StoredResponse> ValidateAsync(DbSession session, Guid id) => await UserTable.FindAsync(session, id) switch
    {
        null => StepResults.Rejected(UserInvalid, "The user does not exist."),
        { IsActive: false } => StepResults.Rejected(UserInvalid, "The user is not active."),
        var user => StepResults.Done(new { user.Status, shippingAddress = user.Address }),
    };
}
