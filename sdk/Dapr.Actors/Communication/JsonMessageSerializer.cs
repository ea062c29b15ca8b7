using System.Buffers;
using System.Text.Json;

namespace Dapr.Actors.Communication;

/// <summary>Bodies as <c>{"value":{...}}</c>, with arguments or result as members.</summary>
internal sealed class JsonMessageSerializer(JsonSerializerOptions options) : IActorMessageSerializer
{
    // Arguments are fields of the message types.
    private readonly JsonSerializerOptions json = new(options) { IncludeFields = true };

    public byte[] Serialize(WrappedMessage body)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(buffer))
        {
            writer.WriteStartObject();
            writer.WritePropertyName("value");
            JsonSerializer.Serialize(writer, body.Value, body.Value?.GetType() ?? typeof(object), json);
            writer.WriteEndObject();
        }

        return buffer.WrittenSpan.ToArray();
    }

    public WrappedMessageBody? Deserialize(ReadOnlyMemory<byte> bytes, Type messageType)
    {
        if (bytes.IsEmpty)
        {
            return null;
        }

        using var document = JsonDocument.Parse(bytes);
        return document.RootElement.ValueKind == JsonValueKind.Object && document.RootElement.TryGetProperty("value", out var value)
            ? new WrappedMessageBody { Value = value.Deserialize(messageType, json) }
            : throw new JsonException("The body of a typed actor call in JSON is an object with the member 'value'.");
    }
}
