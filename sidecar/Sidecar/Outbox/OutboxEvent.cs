using System.Text;
using System.Text.Json;
using Sidecar.Api.Http;
using Sidecar.PubSub;
using Sidecar.State;
using Sidecar.Telemetry;

namespace Sidecar.Outbox;

/// <summary>Makes the event of a saved value.</summary>
internal static class OutboxEvent
{
    private static readonly Dictionary<string, string> None = [];

    /// <summary>The event of a value (or of its projection); metadata of the operation become attributes, except for the two that are the outbox's own.</summary>
    public static CloudEvent Create(SetOperation operation, SetOperation payload, string id, string source, string pubSub, TraceContext trace, DateTimeOffset now)
    {
        var (contentType, data) = Payload(payload);
        var created = CloudEvent.Wrap(new PublishedEvent(pubSub, Topic: "", source, contentType, data, None, trace), id, now);
        foreach (var (name, value) in operation.Metadata.Where(entry => entry.Key is not ("data" or "id")))
        {
            created[name] = value;
        }

        return created;
    }

    // Without a content type, a text is published as text and an object or a list as JSON, where daprd prints Go's "map[...]".
    private static (string ContentType, ReadOnlyMemory<byte> Data) Payload(SetOperation payload)
    {
        var contentType = payload.ContentType ?? payload.Metadata.GetValueOrDefault("contentType") ?? "";
        if (payload.Binary || CloudEvent.IsJson(contentType))
        {
            return (contentType, payload.Value);
        }

        using var document = GoJson.Decode(payload.Value, out _);
        return document?.RootElement.ValueKind switch
        {
            JsonValueKind.String => (contentType, Encoding.UTF8.GetBytes(document.RootElement.GetString()!)),
            JsonValueKind.Object or JsonValueKind.Array when contentType.Length == 0 => ("application/json", payload.Value),
            _ => (contentType, payload.Value),
        };
    }
}
