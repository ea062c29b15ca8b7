using System.Text.Json.Serialization;

namespace Sidecar.Configuration;

/// <summary>A configuration item; in JSON its empty parts are left out.</summary>
internal sealed record ConfigurationItem
{
    /// <summary>A key that has no value any more.</summary>
    public static ConfigurationItem Deleted { get; } = new();

    /// <summary>The value.</summary>
    [JsonPropertyName("value")]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Value { get; init; }

    /// <summary>The version, if the store keeps one.</summary>
    [JsonPropertyName("version")]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Version { get; init; }

    /// <summary>What the store keeps beside the value.</summary>
    [JsonPropertyName("metadata")]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyDictionary<string, string>? Metadata { get; init; }

    /// <summary>An item; empty parts count as absent.</summary>
    public static ConfigurationItem Of(string value, string version, IReadOnlyDictionary<string, string>? metadata = null) =>
        new() { Value = value.Length > 0 ? value : null, Version = version.Length > 0 ? version : null, Metadata = metadata?.Count > 0 ? metadata : null };
}
