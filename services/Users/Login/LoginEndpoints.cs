using ServiceDefaults;

namespace Users.Login;

/// <summary>Login by email and password.</summary>
internal static class LoginEndpoints
{
    public static IEndpointRouteBuilder MapLogin(this IEndpointRouteBuilder app)
    {
        app.MapPost("/api/v1/auth/login", LogInAsync).IgnoreToken();
        return app;
    }

    private static async Task<IResult> LogInAsync(LoginRequest request, RequestContext context, HttpResponse response, Logins logins, CancellationToken ct)
    {
        var validation = request.Validate();
        if (validation.Failed)
        {
            return validation.ToResult();
        }

        response.Headers.CacheControl = "no-store";
        return await logins.LogInAsync(request.Email!, request.Password!, context.Ip, ct) switch
        {
            { Tokens: { } tokens } => Results.Ok(tokens),
            { LockedFor: { } rest } => Problems.Of(Codes.LoginLocked, "Too many failed logins; wait before the next one.", retryAfter: rest),
            { Wrong: true } => Problems.Of(Codes.Unauthenticated, "The email or the password is wrong."),
            _ => Problems.Of(Codes.ServiceUnavailable, "Too many logins at once.", retryAfter: TimeSpan.FromSeconds(1)),
        };
    }
}
