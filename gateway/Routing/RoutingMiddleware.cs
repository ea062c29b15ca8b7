using Microsoft.AspNetCore.Http.Features;
using ServiceDefaults;

namespace Gateway;

/// <summary>Finds the route of an API request; what has none is answered further down, once the client is known and counted.</summary>
internal sealed class RoutingMiddleware(RequestDelegate next)
{
    public Task InvokeAsync(HttpContext context)
    {
        if (context.GetEndpoint() is null)
        {
            var target = context.Features.Get<IHttpRequestFeature>()?.RawTarget ?? "";
            var path = PathSyntax.PlainPath(target);
            // A HEAD is answered by the same route as its GET.
            var method = HttpMethods.IsHead(context.Request.Method) ? HttpMethods.Get : context.Request.Method;
            if (path is not null && RouteTable.Find(method, path) is { } route)
            {
                context.Features.Set(new RoutedRequest(route, path));
                context.Features.Set(new RouteName(route.Template));
            }
        }

        return next(context);
    }
}
