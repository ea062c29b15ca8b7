using ServiceDefaults;

namespace Gateway;

internal static class PlatformHealthEndpoint
{
    public static void MapPlatformHealth(this WebApplication app) => app.MapGet("/health/platform", GetAsync);

    private static async Task<IResult> GetAsync(PlatformHealth health, CancellationToken ct)
    {
        var report = await health.ReadAsync(ct);
        return Results.Json(report, ServiceJson.Options, statusCode: report.NotReady.Count == 0 ? StatusCodes.Status200OK : StatusCodes.Status503ServiceUnavailable);
    }
}
