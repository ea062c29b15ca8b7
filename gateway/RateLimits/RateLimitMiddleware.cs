using System.Diagnostics.Metrics;
using System.Globalization;
using ServiceDefaults;

namespace Gateway;

/// <summary>Counts the request against its client's bucket and tells the client where it stands, on every answer.</summary>
internal sealed class RateLimitMiddleware(RequestDelegate next, IRateLimitStore store, RateLimitOptions limits)
{
    private static readonly Counter<long> Rejected = Telemetry.Meter.CreateCounter<long>("rate_limit_rejections_total", description: "Requests refused with 429");

    public async Task InvokeAsync(HttpContext context)
    {
        var client = context.Features.Get<Client>()!;
        var limit = limits.For(client.Tier);
        var decision = await store.TakeAsync(client.Bucket, limit, IsExempt(context) ? 0 : 1, context.RequestAborted);
        Tell(context.Response.Headers, limit, decision);
        if (!decision.IsAdmitted)
        {
            Rejected.Add(1, new KeyValuePair<string, object?>("tier", client.Tier.ToString().ToLowerInvariant()));
            await Problems.Of(Codes.RateLimited, retryAfter: decision.RetryAfter).ExecuteAsync(context);
            return;
        }

        await (client.Refusal?.ExecuteAsync(context) ?? next(context));
    }

    // What has an endpoint here is health and metrics.
    private static bool IsExempt(HttpContext context) => context.GetEndpoint() is not null || context.Features.Get<RoutedRequest>() is { Route.IsExempt: true };

    private static void Tell(IHeaderDictionary headers, RateLimit limit, RateDecision decision)
    {
        headers["X-RateLimit-Limit"] = limit.PerMinute.ToString(CultureInfo.InvariantCulture);
        headers["X-RateLimit-Remaining"] = decision.Remaining.ToString(CultureInfo.InvariantCulture);
        headers["X-RateLimit-Reset"] = decision.FullAt.ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture);
    }
}
