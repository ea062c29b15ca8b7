using ServiceDefaults;

namespace Users.SigningKeys;

/// <summary>The public keys, for everybody who verifies access tokens.</summary>
internal static class SigningKeyEndpoints
{
    public static IEndpointRouteBuilder MapSigningKeys(this IEndpointRouteBuilder app)
    {
        app.MapGet("/api/v1/auth/jwks", GetAsync).IgnoreToken();
        return app;
    }

    private static async Task<IResult> GetAsync(HttpResponse response, IJwksSource keys, CancellationToken ct)
    {
        response.Headers.CacheControl = "public, max-age=300";
        return Results.Ok(await keys.GetAsync(ct));
    }
}
