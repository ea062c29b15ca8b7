using System.Diagnostics;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Logging;

namespace ServiceDefaults;

/// <summary>Measures, names and logs each request by its route template, never by its path, so that ids stay out of labels.</summary>
internal sealed partial class RequestTelemetryMiddleware(RequestDelegate next, HttpMetrics metrics, ILogger<RequestTelemetryMiddleware> logger)
{
    public async Task InvokeAsync(HttpContext context)
    {
        var started = Stopwatch.GetTimestamp();
        await next(context);
        var elapsed = Stopwatch.GetElapsedTime(started);
        var route = (context.GetEndpoint() as RouteEndpoint)?.RoutePattern.RawText ?? context.Features.Get<RouteName>()?.Value ?? "unmatched";
        var status = context.Response.StatusCode;
        metrics.Record(context.Request.Method, route, status, elapsed);
        NameSpan(context, route, status);
        if (!IsProbe(context.Request.Path))
        {
            Log.Request(logger, context.Request.Method, route, status, Math.Round(elapsed.TotalMilliseconds, 3), context.RequestContext().UserId);
        }
    }

    private static void NameSpan(HttpContext context, string route, int status)
    {
        if (context.Features.Get<IHttpActivityFeature>()?.Activity is not { } activity)
        {
            return;
        }

        activity.DisplayName = $"{context.Request.Method} {route}";
        activity.SetTag("http.route", route);
        activity.SetTag("http.response.status_code", status);
        if (status >= StatusCodes.Status500InternalServerError)
        {
            activity.SetStatus(ActivityStatusCode.Error);
        }
    }

    private static bool IsProbe(PathString path) => path.StartsWithSegments("/health") || path.StartsWithSegments("/metrics") || path.StartsWithSegments("/dapr");

    private static partial class Log
    {
        [LoggerMessage(140, LogLevel.Information, "{Method} {Route} answered {Status} after {DurationMs} ms for user {UserId}")]
        public static partial void Request(ILogger logger, string method, string route, int status, double durationMs, Guid? userId);
    }
}
