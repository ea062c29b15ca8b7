using ServiceDefaults;

namespace PaymentProcessor.Tokens;

/// <summary>`POST /v1/tokens`: the only place that sees a card's number, and it forgets it.</summary>
internal static class TokenEndpoints
{
    public static IEndpointRouteBuilder MapTokens(this IEndpointRouteBuilder app)
    {
        app.MapInternal("/v1").MapPost("/tokens", Create);
        return app;
    }

    private static IResult Create(CardDetails card, IIdGenerator ids) => string.IsNullOrEmpty(card.Number)
        ? Problems.Invalid("number", "Is required.")
        : TypedResults.Ok(new { token = CardTokens.Create(card.Number, ids.NewId()) });
}
