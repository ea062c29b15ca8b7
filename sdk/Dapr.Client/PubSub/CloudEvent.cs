using System.Text.Json.Serialization;

namespace Dapr;

/// <summary>The attributes of a CloudEvent that a publisher may set; the sidecar adds the others.</summary>
public class CloudEvent
{
    /// <summary>Where the event happened.</summary>
    [JsonPropertyName("source")]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public Uri? Source { get; init; }

    /// <summary>The kind of event.</summary>
    [JsonPropertyName("type")]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Type { get; init; }

    /// <summary>What the event is about.</summary>
    [JsonPropertyName("subject")]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Subject { get; init; }
}
