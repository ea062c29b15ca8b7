using ServiceDefaults;

namespace Gateway;

/// <summary>Refuses what the client may not do, and what nobody serves.</summary>
internal sealed class PolicyMiddleware(RequestDelegate next)
{
    private static readonly string[] Methods = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"];

    public Task InvokeAsync(HttpContext context)
    {
        if (context.Features.Get<RoutedRequest>() is { } routed)
        {
            return Refusal(context, routed.Route) is { } refusal ? refusal.ExecuteAsync(context) : next(context);
        }

        return context.GetEndpoint() is null ? Problems.Of(Codes.NotFound).ExecuteAsync(context) : next(context);
    }

    private static ProblemResult? Refusal(HttpContext context, Route route)
    {
        if (!Methods.Contains(context.Request.Method))
        {
            // A sidecar would pass a method it does not know on as POST.
            context.Response.Headers.Allow = string.Join(", ", Methods);
            return Problems.Of(Codes.MethodNotAllowed);
        }

        var caller = context.RequestContext();
        return route.Access switch
        {
            RouteAccess.User or RouteAccess.Operator when !caller.IsUser => Problems.Of(Codes.Unauthenticated, "Send a bearer token."),
            RouteAccess.Operator when !caller.IsOperator => Problems.Of(Codes.Forbidden),
            _ => null,
        };
    }
}
