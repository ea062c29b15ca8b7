using System.Text.Json;
using System.Text.Json.Serialization;

namespace Dapr.Actors.Serialization;

/// <summary>An id as a plain string; null and blank strings are null.</summary>
internal sealed class ActorIdJsonConverter : JsonConverter<ActorId?>
{
    public override ActorId? Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        typeToConvert != typeof(ActorId) ? throw new NotSupportedException($"Cannot convert to {typeToConvert}.")
        : reader.TokenType == JsonTokenType.Null ? null
        : reader.TokenType != JsonTokenType.String ? throw new JsonException("An actor's id is a string.")
        : reader.GetString() is { } id && !string.IsNullOrWhiteSpace(id) ? new ActorId(id) : null;

    public override void Write(Utf8JsonWriter writer, ActorId? value, JsonSerializerOptions options) => writer.WriteStringValue(value?.GetId());
}
