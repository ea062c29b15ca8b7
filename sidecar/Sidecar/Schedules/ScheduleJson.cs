using System.Text.Json;
using System.Text.Json.Serialization;

namespace Sidecar.Schedules;

/// <summary>The stored form of an entry. Members are only ever added, so that an older process reads what a newer one wrote.</summary>
internal static class ScheduleJson
{
    private static readonly JsonSerializerOptions Options = new() { PropertyNamingPolicy = JsonNamingPolicy.CamelCase, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull };

    public static string Write(ScheduleEntry entry) => JsonSerializer.Serialize(entry, Options);

    public static ScheduleEntry Read(string json) => JsonSerializer.Deserialize<ScheduleEntry>(json, Options)!;
}
