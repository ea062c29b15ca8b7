using System.Text.Json;
using System.Text.Json.Serialization;

namespace ServiceDefaults;

/// <summary>The body of `/health/ready` (ENT-29).</summary>
/// <param name="Status">`healthy` or `unhealthy`.</param>
internal sealed record HealthReport(string Status, DateTimeOffset Timestamp, IReadOnlyDictionary<string, IReadOnlyDictionary<string, object>> Checks, HealthMetrics Metrics)
{
    public static JsonSerializerOptions Json { get; } = new(ServiceJson.Options) { PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower, DefaultIgnoreCondition = JsonIgnoreCondition.Never };
}

/// <param name="ErrorRate">A fraction: 0.001 is one request in a thousand.</param>
internal sealed record HealthMetrics(long UptimeSeconds, long TotalRequests, double ErrorRate);
