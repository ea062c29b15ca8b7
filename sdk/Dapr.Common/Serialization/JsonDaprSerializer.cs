using System.Text.Json;

namespace Dapr.Common.Serialization;

/// <summary>JSON with the Web defaults and public fields; null is the empty text.</summary>
public class JsonDaprSerializer : IDaprSerializer
{
    private readonly JsonSerializerOptions options;

    /// <summary>Uses the Web defaults and public fields.</summary>
    public JsonDaprSerializer()
        : this(new JsonSerializerOptions(JsonSerializerDefaults.Web) { IncludeFields = true })
    {
    }

    /// <summary>Uses the given JSON settings.</summary>
    public JsonDaprSerializer(JsonSerializerOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        this.options = options;
    }

    /// <inheritdoc />
    public string Serialize<T>(T value) => value is null ? string.Empty : JsonSerializer.Serialize(value, options);

    /// <inheritdoc />
    public string Serialize(object? value, Type? inputType = null) =>
        value is null ? string.Empty : JsonSerializer.Serialize(value, inputType ?? value.GetType(), options);

    /// <inheritdoc />
    public T? Deserialize<T>(string? data) => string.IsNullOrEmpty(data) ? default : JsonSerializer.Deserialize<T>(data, options);

    /// <inheritdoc />
    public object? Deserialize(string? data, Type returnType)
    {
        ArgumentNullException.ThrowIfNull(returnType);
        return string.IsNullOrEmpty(data) ? null : JsonSerializer.Deserialize(data, returnType, options);
    }

    /// <summary>Writes a value as UTF-8 JSON.</summary>
    public byte[] SerializeToUtf8Bytes<T>(T value) => JsonSerializer.SerializeToUtf8Bytes(value, options);

    /// <summary>Reads a value from UTF-8 JSON; no bytes give the default.</summary>
    public T? DeserializeFromUtf8Bytes<T>(ReadOnlySpan<byte> utf8Json) => utf8Json.IsEmpty ? default : JsonSerializer.Deserialize<T>(utf8Json, options);
}
