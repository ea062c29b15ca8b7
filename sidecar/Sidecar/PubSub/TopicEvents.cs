using System.Text;
using System.Text.Json;
using Dapr.Proto.Runtime.V1;
using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Sidecar.Api.Grpc;

namespace Sidecar.PubSub;

/// <summary>Events as gRPC apps and streams get them: attributes as fields, data as bytes, the rest as extensions.</summary>
internal static class TopicEvents
{
    private static readonly HashSet<string> Fields = new(StringComparer.Ordinal) { "id", "source", "type", "specversion", "datacontenttype", "data", "data_base64" };

    /// <summary>The message of an event; data of a kind that its content type does not allow for is sent as JSON rather than lost.</summary>
    public static TopicEventRequest From(AppEvent appEvent)
    {
        var attributes = appEvent.Event;
        var extensions = new Struct();
        foreach (var (name, value) in attributes.ToJson().Where(pair => !Fields.Contains(pair.Key)))
        {
            extensions.Fields[name] = JsonValues.From(JsonSerializer.SerializeToElement(value));
        }

        return new TopicEventRequest
        {
            Id = attributes["id"] ?? "",
            Source = attributes["source"] ?? "",
            Type = attributes["type"] ?? "",
            SpecVersion = attributes["specversion"] ?? "",
            DataContentType = attributes["datacontenttype"] ?? "",
            Topic = appEvent.Message.Topic,
            PubsubName = appEvent.Subscription.PubSub,
            Path = appEvent.Path,
            Data = Data(attributes),
            Extensions = extensions,
        };
    }

    /// <summary>The envelope of a bulk delivery.</summary>
    public static TopicEventBulkRequest Bulk(IReadOnlyList<AppEvent> events, string id) => new()
    {
        Id = id,
        Entries = { events.Select(Entry) },
        Metadata = { ["pubsubName"] = events[0].Subscription.PubSub },
        Topic = events[0].Message.Topic,
        PubsubName = events[0].Subscription.PubSub,
        Type = "com.dapr.event.sent.bulk",
        Path = events[0].Path,
    };

    private static TopicEventBulkRequestEntry Entry(AppEvent appEvent)
    {
        var entry = new TopicEventBulkRequestEntry { EntryId = appEvent.EntryId, ContentType = CloudEvent.ContentType, Metadata = { appEvent.Message.Metadata.ToDictionary(StringComparer.Ordinal) } };
        if (appEvent.Subscription.IsRaw)
        {
            entry.ContentType = "application/octet-stream";
            entry.Bytes = ByteString.CopyFrom(appEvent.Message.Data.Span);
            return entry;
        }

        var message = From(appEvent);
        entry.CloudEvent = new TopicEventCERequest
        {
            Id = message.Id,
            Source = message.Source,
            Type = message.Type,
            SpecVersion = message.SpecVersion,
            DataContentType = message.DataContentType,
            Data = message.Data,
            Extensions = message.Extensions,
        };
        return entry;
    }

    private static ByteString Data(CloudEvent attributes)
    {
        if (attributes["data_base64"] is { } base64)
        {
            var decoded = new byte[base64.Length];
            return Convert.TryFromBase64String(base64, decoded, out var length) ? ByteString.CopyFrom(decoded, 0, length) : ByteString.CopyFromUtf8(base64);
        }

        if (attributes.Attribute("data") is not { } data)
        {
            return ByteString.Empty;
        }

        var type = attributes["datacontenttype"] ?? "";
        var isText = type.StartsWith("text/", StringComparison.OrdinalIgnoreCase) || type.StartsWith("application/xml", StringComparison.OrdinalIgnoreCase);
        return ByteString.CopyFrom(Encoding.UTF8.GetBytes(isText && attributes["data"] is { } text ? text : data.ToJsonString(CloudEvent.Json)));
    }
}
