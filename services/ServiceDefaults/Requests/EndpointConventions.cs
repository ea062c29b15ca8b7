using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Routing;

namespace ServiceDefaults;

/// <summary>Says of endpoints who may call them. Without a rule anyone may, and a token, if there is one, must be valid.</summary>
public static class EndpointConventions
{
    /// <summary>Only users with a valid token; else 401.</summary>
    public static T RequireUser<T>(this T builder)
        where T : IEndpointConventionBuilder => builder.With(new AccessRule(AccessKind.User, []));

    /// <summary>Only users with one of the roles; else 401 or 403. An administrator passes where an operator does.</summary>
    public static T RequireRole<T>(this T builder, params string[] roles)
        where T : IEndpointConventionBuilder => builder.With(new AccessRule(AccessKind.User, roles));

    /// <summary>Does not look at a token, e.g. at login and refresh, where an expired one may come along.</summary>
    public static T IgnoreToken<T>(this T builder)
        where T : IEndpointConventionBuilder => builder.With(new AccessRule(AccessKind.TokenIgnored, []));

    /// <summary>Only the own sidecar (subscriptions, jobs, actors); else 401.</summary>
    public static T RequireSidecar<T>(this T builder)
        where T : IEndpointConventionBuilder => builder.With(new AccessRule(AccessKind.Sidecar, []));

    /// <summary>
    /// A group for calls between services, e.g. `/internal/v1`: only the own sidecar may call. The request context is the user's
    /// when a token came along, else the system's from X-Tenant-Id and X-Actor.
    /// </summary>
    public static RouteGroupBuilder MapInternal(this IEndpointRouteBuilder endpoints, string prefix) => endpoints.MapGroup(prefix).RequireSidecar();

    private static T With<T>(this T builder, AccessRule rule)
        where T : IEndpointConventionBuilder => builder.WithMetadata(rule);
}
