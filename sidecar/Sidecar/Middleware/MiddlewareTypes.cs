using Sidecar.Components;
using Sidecar.Middleware.Bearer;

namespace Sidecar.Middleware;

/// <summary>The HTTP middleware that the sidecar implements.</summary>
internal static class MiddlewareTypes
{
    public static IReadOnlyList<ComponentType<IHttpMiddleware>> All { get; } =
    [
        new("middleware.http.uppercase", ["v1"], [new("direction") { Values = ["request", "response", "both"] }], (spec, _) => new UppercaseMiddleware(spec)),
        new("middleware.http.routerchecker", ["v1"], [new("rule", Required: true)], (spec, _) => new RouterCheckerMiddleware(spec)),
        new("middleware.http.routeralias", ["v1"], [new("routes"), new("/") { IsPrefix = true }], (spec, _) => new RouterAliasMiddleware(spec)),
        new("middleware.http.bearer", ["v1"], [new("issuer") { Aliases = ["issuerURL"] }, new("audience") { Aliases = ["clientID"] }, new("jwksURL")], (spec, context) => new BearerMiddleware(spec, context)),
        new("middleware.http.ratelimit", ["v1"], [new("maxRequestsPerSecond")], (spec, context) => new RateLimitMiddleware(spec, context.Time)),
    ];
}
