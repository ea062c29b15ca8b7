using System.Diagnostics;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace ServiceDefaults;

internal static class HealthEndpoints
{
    private static readonly TimeSpan CheckTimeout = TimeSpan.FromSeconds(2);

    public static void MapHealth(this IEndpointRouteBuilder app)
    {
        app.MapGet("/health/live", Live).IgnoreToken();
        app.MapGet("/health/ready", ReadyAsync).IgnoreToken();
    }

    private static IResult Live(TimeProvider clock) => Results.Json(new { status = "healthy", timestamp = clock.GetUtcNow() }, ServiceJson.Options);

    private static async Task<IResult> ReadyAsync(IEnumerable<IReadinessCheck> checks, HttpMetrics http, ProcessMetrics process, TimeProvider clock, CancellationToken ct)
    {
        var results = await Task.WhenAll(checks.Select(check => RunAsync(check, clock, ct)));
        var healthy = results.All(result => result.IsUp);
        var report = new HealthReport(
            healthy ? "healthy" : "unhealthy",
            clock.GetUtcNow(),
            results.ToDictionary(result => result.Name, result => result.Members, StringComparer.Ordinal),
            new HealthMetrics((long)process.Uptime.TotalSeconds, http.Total, http.ErrorRate));
        return Results.Json(report, HealthReport.Json, statusCode: healthy ? StatusCodes.Status200OK : StatusCodes.Status503ServiceUnavailable);
    }

    private static async Task<(string Name, bool IsUp, IReadOnlyDictionary<string, object> Members)> RunAsync(IReadinessCheck check, TimeProvider clock, CancellationToken ct)
    {
        var started = Stopwatch.GetTimestamp();
        var result = await CheckAsync(check, clock, ct);
        var members = new Dictionary<string, object>(result.Data ?? new Dictionary<string, object>(StringComparer.Ordinal), StringComparer.Ordinal)
        {
            ["status"] = result.Status ?? (result.IsUp ? "up" : "down"),
            ["latency_ms"] = Math.Round(Stopwatch.GetElapsedTime(started).TotalMilliseconds, 3),
        };
        return (check.Name, result.IsUp, members);
    }

    private static async Task<ReadinessResult> CheckAsync(IReadinessCheck check, TimeProvider clock, CancellationToken ct)
    {
        using var timeout = new CancellationTokenSource(CheckTimeout, clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(ct, timeout.Token);
        try
        {
            return await check.CheckAsync(either.Token);
        }
        catch (Exception) when (!ct.IsCancellationRequested)
        {
            // Whatever it was, the recorded outcome is that the dependency is not there. No details: they may name hosts.
            return new ReadinessResult(false);
        }
    }
}
