namespace Users.SigningKeys;

/// <summary>The public keys, for everybody who verifies access tokens.</summary>
internal static class SigningKeyEndpoints
{
    public static IEndpointRouteBuilder MapSigningKeys(this IEndpointRouteBuilder app)
    {
        app.MapGet("/api/v1/auth/jwks", GetAsync);
        return app;
    }

    private static async Task<IResult> GetAsync(HttpResponse response, SigningKeyRing ring, CancellationToken ct)
    {
        var keys = await ring.PublishedAsync(ct);
        response.Headers.CacheControl = "public, max-age=300";
        return Results.Ok(new { keys = keys.Select(key => key.ToJwk()).ToArray() });
    }
}
