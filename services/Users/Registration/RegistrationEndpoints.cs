using ServiceDefaults;
using Users.Accounts;
using Users.Passwords;

namespace Users.Registration;

/// <summary>Registration of new customers.</summary>
internal static class RegistrationEndpoints
{
    public static IEndpointRouteBuilder MapRegistration(this IEndpointRouteBuilder app)
    {
        app.MapPost("/api/v1/users", RegisterAsync).IgnoreToken();
        return app;
    }

    private static async Task<IResult> RegisterAsync(
        RegisterRequest request, RequestContext context, HttpResponse response, PasswordHashing passwords, Registrations registrations, CancellationToken ct)
    {
        var validation = request.Validate();
        if (validation.Failed)
        {
            return validation.ToResult();
        }

        if (await passwords.HashAsync(request.Password!, ct) is not { } hash)
        {
            return Problems.Of(Codes.ServiceUnavailable, "Too many registrations and logins at once.", retryAfter: TimeSpan.FromSeconds(1));
        }

        if (await registrations.AddAsync(context, request, hash, ct) is not { } user)
        {
            return Problems.Of(Codes.AlreadyExists, "The email is taken.");
        }

        response.Headers.ETag = UserVersion.ETag(user);
        return Results.Created($"/api/v1/users/{user.Id}", UserView.Of(user));
    }
}
