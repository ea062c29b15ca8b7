using ServiceDefaults;

namespace Users.Tokens;

/// <summary>Rotation of refresh tokens.</summary>
internal static class RefreshEndpoints
{
    private const int LongestToken = 256;

    public static IEndpointRouteBuilder MapRefresh(this IEndpointRouteBuilder app)
    {
        app.MapPost("/api/v1/auth/refresh", RefreshAsync).IgnoreToken();
        return app;
    }

    private static async Task<IResult> RefreshAsync(RefreshRequest request, HttpResponse response, Refreshing refreshing, CancellationToken ct)
    {
        if (request.RefreshToken is not { Length: > 0 and <= LongestToken } token)
        {
            return Problems.Invalid("refreshToken", "must be a refresh token");
        }

        var (pair, refusal) = await refreshing.RefreshAsync(token, ct);
        response.Headers.CacheControl = "no-store";
        return pair is null ? Problems.Of(refusal!, "The refresh token is not valid any more: log in again.") : Results.Ok(pair);
    }
}
