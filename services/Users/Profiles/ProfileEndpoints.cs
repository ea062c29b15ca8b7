using Microsoft.AspNetCore.Mvc;
using ServiceDefaults;
using Users.Accounts;

namespace Users.Profiles;

/// <summary>A user's profile, for its owner and for administrators; nobody else learns that it exists.</summary>
internal static class ProfileEndpoints
{
    private const string Route = "/api/v1/users/{id}";

    public static IEndpointRouteBuilder MapProfiles(this IEndpointRouteBuilder app)
    {
        app.MapGet(Route, GetAsync).RequireUser();
        app.MapPut(Route, UpdateAsync).RequireUser();
        return app;
    }

    private static async Task<IResult> GetAsync(
        string id, [FromHeader(Name = "If-None-Match")] string? ifNoneMatch, RequestContext context, HttpResponse response, IDatabase database, CancellationToken ct)
    {
        if (!UserReference.TryParse(id, context, out var userId))
        {
            return UserReference.Invalid();
        }

        var user = MayAccess(context, userId) ? await database.TransactionAsync(context, session => UserTable.FindAsync(session, userId), ct) : null;
        if (user is null)
        {
            return Problems.NotFound();
        }

        response.Headers.ETag = UserVersion.ETag(user);
        return ifNoneMatch == UserVersion.ETag(user) ? Results.StatusCode(StatusCodes.Status304NotModified) : Results.Ok(UserView.Of(user));
    }

    private static async Task<IResult> UpdateAsync(
        string id,
        ProfileRequest request,
        [FromHeader(Name = "If-Match")] string? ifMatch,
        RequestContext context,
        HttpResponse response,
        ProfileUpdates updates,
        CancellationToken ct)
    {
        if (!UserReference.TryParse(id, context, out var userId))
        {
            return UserReference.Invalid();
        }

        var validation = request.Validate();
        if (validation.Failed)
        {
            return validation.ToResult();
        }

        var (found, user) = MayAccess(context, userId) ? await updates.ApplyAsync(context, userId, request, ifMatch, ct) : (false, null);
        if (user is null)
        {
            return found ? Problems.Of(Codes.VersionConflict, "The profile was changed since it was read.") : Problems.NotFound();
        }

        response.Headers.ETag = UserVersion.ETag(user);
        return Results.Ok(UserView.Of(user));
    }

    private static bool MayAccess(RequestContext context, Guid userId) => context.UserId == userId || context.Has(Roles.Admin);
}
