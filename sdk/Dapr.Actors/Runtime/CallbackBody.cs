using System.Text.Json;

namespace Dapr.Actors.Runtime;

/// <summary>What the sidecar tells of a reminder or a timer: on a callback, and when asked for a reminder.</summary>
internal sealed record CallbackBody(string Callback, byte[] Data, TimeSpan DueTime, TimeSpan Period, int? Repetitions, TimeSpan? Ttl)
{
    internal static CallbackBody Read(ReadOnlyMemory<byte> json)
    {
        if (json.IsEmpty)
        {
            return new CallbackBody("", [], Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan, null, null);
        }

        using var document = JsonDocument.Parse(json);
        var body = document.RootElement;
        var (period, repetitions) = DaprDuration.ReadRepeated(Text(body, "period"));
        return new CallbackBody(
            Text(body, "callback"),
            Member(body, "data") is { ValueKind: JsonValueKind.String } data ? data.GetBytesFromBase64() : [],
            DaprDuration.TryRead(Text(body, "dueTime")) ?? Timeout.InfiniteTimeSpan,
            period,
            repetitions,
            Text(body, "ttl") is { Length: > 0 } ttl ? DaprDuration.TryRead(ttl) : null);
    }

    private static string Text(JsonElement body, string name) => Member(body, name) is { ValueKind: JsonValueKind.String } member ? member.GetString()! : "";

    private static JsonElement? Member(JsonElement body, string name) => body.ValueKind == JsonValueKind.Object && body.TryGetProperty(name, out var member) ? member : null;
}
