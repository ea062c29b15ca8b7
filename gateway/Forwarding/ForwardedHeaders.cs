using System.Collections.Frozen;
using Microsoft.Extensions.Primitives;
using Microsoft.Net.Http.Headers;
using ServiceDefaults;

namespace Gateway;

/// <summary>
/// Which headers cross the gateway. Inwards: nothing that means something between services, to the sidecar, or to one
/// connection only; identity goes on as the bearer token alone, and only where it was verified (a sidecar takes the user name of
/// `Basic` for the app to call). Outwards: nothing that names the inside.
/// </summary>
internal static class ForwardedHeaders
{
    private static readonly FrozenSet<string> NotIn = Set(
        "Host", "Connection", "Keep-Alive", "Transfer-Encoding", "TE", "Trailer", "Upgrade", "Expect", "Proxy-Authorization", "Proxy-Authenticate", "Proxy-Connection", "HTTP2-Settings",
        "Content-Length", InternalHeaders.TenantId, InternalHeaders.Actor, InternalHeaders.ForwardedFor, "X-Forwarded-Host", "X-Forwarded-Proto", "X-Forwarded-Prefix", "X-Real-IP", "Forwarded",
        "X-Original-URL", "X-Rewrite-URL", "X-HTTP-Method-Override", "X-Request-Id", "traceparent", "tracestate", "baggage", IdentificationMiddleware.ApiKeyHeader, "Cookie");

    private static readonly FrozenSet<string> NotOut = Set(
        "Connection", "Keep-Alive", "Transfer-Encoding", "Trailer", "Upgrade", "Proxy-Authenticate", "Server", "Date", "X-Request-Id", "X-Trace-Id", "traceparent", "tracestate", "Set-Cookie");

    private static readonly string[] NotInPrefixes = ["dapr-", "Cloudevent.", "metadata.", "grpc-", ":"];

    public static void CopyIn(HttpContext context, HttpRequestMessage request)
    {
        var named = context.Request.Headers.Connection.SelectMany(value => (value ?? "").Split(',', StringSplitOptions.TrimEntries)).ToHashSet(StringComparer.OrdinalIgnoreCase);
        foreach (var (name, values) in context.Request.Headers)
        {
            if (NotIn.Contains(name) || (name.Equals(HeaderNames.Authorization, StringComparison.OrdinalIgnoreCase) && !IsVerifiedToken(context, values)) || named.Contains(name) || Array.Exists(NotInPrefixes, prefix => name.StartsWith(prefix, StringComparison.OrdinalIgnoreCase)))
            {
                continue;
            }

            if (!request.Headers.TryAddWithoutValidation(name, (IEnumerable<string?>)values))
            {
                request.Content?.Headers.TryAddWithoutValidation(name, (IEnumerable<string?>)values);
            }
        }

        request.Headers.TryAddWithoutValidation("X-Request-Id", context.TraceIdentifier);
        if (context.Connection.RemoteIpAddress is { } address)
        {
            request.Headers.TryAddWithoutValidation(InternalHeaders.ForwardedFor, address.ToString());
        }
    }

    public static void CopyOut(HttpResponseMessage response, HttpResponse target)
    {
        foreach (var (name, values) in response.Headers.NonValidated.Concat(response.Content.Headers.NonValidated))
        {
            if (!NotOut.Contains(name) && !name.StartsWith("dapr-", StringComparison.OrdinalIgnoreCase) && !name.StartsWith("X-RateLimit-", StringComparison.OrdinalIgnoreCase))
            {
                target.Headers[name] = new StringValues(values.ToArray());
            }
        }
    }

    // Every bearer token was verified on the way here, unless the route ignores tokens.
    private static bool IsVerifiedToken(HttpContext context, StringValues values) =>
        context.Features.Get<RoutedRequest>() is { Route.Access: not RouteAccess.TokenIgnored }
        && values is [{ } value] && value.StartsWith(IdentificationMiddleware.Scheme, StringComparison.OrdinalIgnoreCase);

    private static FrozenSet<string> Set(params string[] names) => names.ToFrozenSet(StringComparer.OrdinalIgnoreCase);
}
