using System.Buffers;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using Sidecar.Api.Http;
using Sidecar.Components;
using Sidecar.Telemetry;

namespace Sidecar.PubSub;

/// <summary>The attributes of an event. Written in the order of their names; numbers keep their digits.</summary>
internal sealed class CloudEvent
{
    public const string ContentType = "application/cloudevents+json";
    private const int MaxKeptBuffer = 64 * 1024;
    private const string DefaultType = "com.dapr.event.sent";
    internal static readonly JsonSerializerOptions Json = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };
    private const int UsualAttributes = 12;

    [ThreadStatic]
    private static ArrayBufferWriter<byte>? _buffer;

    [ThreadStatic]
    private static Utf8JsonWriter? _writer;

    // A text, or what was read of another kind; null is JSON's null.
    private readonly SortedList<string, object?> _attributes = new(UsualAttributes, StringComparer.Ordinal);

    /// <summary>A text attribute; null when it is missing or no text.</summary>
    public string? this[string name]
    {
        get => _attributes.GetValueOrDefault(name) as string;
        set => _attributes[name] = value;
    }

    /// <summary>An attribute of any kind, for routing rules.</summary>
    public JsonNode? Attribute(string name) => Node(_attributes.GetValueOrDefault(name));

    public bool Has(string name) => _attributes.ContainsKey(name);

    /// <summary>The context in which the event was published.</summary>
    public TraceContext Trace => new(this["traceparent"] ?? this["traceid"] ?? "", this["tracestate"] ?? "");

    /// <summary>Wraps what an application published; <c>cloudevent.*</c> metadata overrides attributes.</summary>
    public static CloudEvent Wrap(PublishedEvent published, string id, DateTimeOffset now)
    {
        var overrides = published.Metadata.Count > 0 ? Overrides(published.Metadata) : null;
        var trace = Override("traceparent") ?? Override("traceid") ?? published.Trace.TraceParent;
        var type = published.ContentType.Length == 0 ? "text/plain" : published.ContentType;
        var wrapped = new CloudEvent
        {
            ["id"] = Override("id") ?? id,
            ["specversion"] = "1.0",
            ["datacontenttype"] = type,
            ["source"] = Override("source") ?? published.Source,
            ["type"] = Override("type") ?? DefaultType,
            ["topic"] = published.Topic,
            ["pubsubname"] = published.PubSub,
            ["traceid"] = trace,
            ["traceparent"] = trace,
            ["tracestate"] = Override("tracestate") ?? published.Trace.TraceState,
            ["time"] = Time(now),
        };
        wrapped.SetData(type, published.Data);
        if (Override("subject") is { } subject)
        {
            wrapped["subject"] = subject;
        }

        return wrapped;

        string? Override(string name) => overrides is not null && overrides.TryGetValue("cloudevent." + name, out var value) && value.Length > 0 ? value : null;
    }

    /// <summary>Takes over an event that the application made itself; null and daprd's words when it is none.</summary>
    public static CloudEvent? Adopt(PublishedEvent published, DateTimeOffset now, out string? error)
    {
        if (Parse(published.Data, out error) is not { } adopted)
        {
            return null;
        }

        adopted.SetMissing("time", Time(now));
        if (!adopted.Has("traceid"))
        {
            adopted["traceid"] = published.Trace.TraceParent;
            adopted["traceparent"] = published.Trace.TraceParent;
        }

        adopted.SetMissing("tracestate", published.Trace.TraceState);
        adopted["topic"] = published.Topic;
        adopted["pubsubname"] = published.PubSub;
        foreach (var (name, value) in (ReadOnlySpan<(string, string)>)[("source", "Dapr"), ("type", DefaultType), ("specversion", "1.0")])
        {
            if (adopted.Attribute(name) is null)
            {
                adopted[name] = value;
            }
        }

        return adopted;
    }

    /// <summary>The event of a raw message, made on the subscriber's side.</summary>
    public static CloudEvent FromRaw(BrokerMessage message, string pubsub, string id)
    {
        var made = new CloudEvent
        {
            ["id"] = id,
            ["specversion"] = "1.0",
            ["datacontenttype"] = "application/octet-stream",
            ["source"] = "Dapr",
            ["type"] = DefaultType,
            ["topic"] = message.Topic,
            ["pubsubname"] = pubsub,
            ["data_base64"] = Convert.ToBase64String(message.Data.Span),
        };

        // The trace travels beside bytes that have no attributes; the parent is the trace id's newer form.
        foreach (var (name, attribute) in (ReadOnlySpan<(string, string)>)[("traceid", "traceid"), ("traceparent", "traceparent"), ("traceparent", "traceid"), ("tracestate", "tracestate")])
        {
            if (message.Metadata.TryGetValue(name, out var value))
            {
                made[attribute] = value;
            }
        }

        return made;
    }

    /// <summary>Reads an event; null and daprd's words when it is no JSON object.</summary>
    public static CloudEvent? Parse(ReadOnlyMemory<byte> data, out string? error)
    {
        using var document = GoJson.Decode(data, out error);
        if (document is null)
        {
            return null;
        }

        if (document.RootElement.ValueKind is not (JsonValueKind.Object or JsonValueKind.Null))
        {
            error = $"json: cannot unmarshal {GoJson.KindOf(document.RootElement)} into Go value of type map[string]interface {{}}";
            return null;
        }

        var parsed = new CloudEvent();
        if (document.RootElement.ValueKind == JsonValueKind.Object)
        {
            foreach (var member in document.RootElement.EnumerateObject())
            {
                parsed._attributes[member.Name] = Value(member.Value);
            }
        }

        return parsed;
    }

    /// <summary>Sets the expiration from <c>ttlInSeconds</c>, unless that is no positive number or duration.</summary>
    public void ApplyTtl(IReadOnlyDictionary<string, string> metadata, DateTimeOffset now)
    {
        if (RequestLifetime.TryRead(metadata, out var lifetime, out _) && lifetime is { } ttl)
        {
            this["expiration"] = Time(now + ttl);
        }
    }

    public bool HasExpired(DateTimeOffset now) =>
        this["expiration"] is { Length: > 0 } text && DateTimeOffset.TryParse(text, null, System.Globalization.DateTimeStyles.AssumeUniversal, out var expiration) && expiration < now;

    public byte[] ToBytes()
    {
        var bytes = _buffer ??= new ArrayBufferWriter<byte>(1024);
        var writer = _writer ??= new Utf8JsonWriter(bytes, new JsonWriterOptions { Encoder = Json.Encoder, SkipValidation = true });
        bytes.ResetWrittenCount();
        writer.Reset(bytes);
        writer.WriteStartObject();
        foreach (var (name, value) in _attributes)
        {
            writer.WritePropertyName(name);
            switch (value)
            {
                case string text:
                    writer.WriteStringValue(text);
                    break;
                case JsonElement element:
                    element.WriteTo(writer);
                    break;
                default:
                    writer.WriteNullValue();
                    break;
            }
        }

        writer.WriteEndObject();
        writer.Flush();
        var written = bytes.WrittenSpan.ToArray();
        if (bytes.Capacity > MaxKeptBuffer)
        {
            // One large event must not hold its memory for good.
            (_buffer, _writer) = (null, null);
        }

        return written;
    }

    public JsonObject ToJson()
    {
        var json = new JsonObject();
        foreach (var (name, value) in _attributes)
        {
            json[name] = Node(value);
        }

        return json;
    }

    public static bool IsJson(string contentType)
    {
        var type = contentType.Split(';', 2)[0].Trim().ToLowerInvariant();
        return type is "application/json" || type.EndsWith("+json", StringComparison.Ordinal);
    }

    public static bool IsBinary(string contentType) => contentType.StartsWith("application/octet-stream", StringComparison.OrdinalIgnoreCase);

    public static bool IsCloudEvent(string contentType) => contentType.Split(';', 2)[0].Trim().Equals(ContentType, StringComparison.OrdinalIgnoreCase);

    private static string Time(DateTimeOffset time) => time.UtcDateTime.ToString("yyyy-MM-ddTHH:mm:ssZ");

    // Detached from the document, whose memory is given back.
    private static object? Value(JsonElement element) => element.ValueKind switch
    {
        JsonValueKind.String => element.GetString(),
        JsonValueKind.Null => null,
        _ => element.Clone(),
    };

    private static JsonNode? Node(object? value) => value switch
    {
        string text => JsonValue.Create(text),
        JsonElement { ValueKind: JsonValueKind.Object } element => JsonObject.Create(element),
        JsonElement { ValueKind: JsonValueKind.Array } element => JsonArray.Create(element),
        JsonElement element => JsonValue.Create(element),
        _ => null,
    };

    private void SetData(string contentType, ReadOnlyMemory<byte> data)
    {
        if (IsBinary(contentType))
        {
            this["data_base64"] = Convert.ToBase64String(data.Span);
            return;
        }

        if (IsJson(contentType))
        {
            using var document = GoJson.Decode(data, out _);
            if (document is not null)
            {
                _attributes["data"] = Value(document.RootElement);
                return;
            }
        }

        this["data"] = Encoding.UTF8.GetString(data.Span);
    }

    private static Dictionary<string, string> Overrides(IReadOnlyDictionary<string, string> metadata)
    {
        var overrides = new Dictionary<string, string>(metadata.Count, StringComparer.OrdinalIgnoreCase);
        foreach (var (name, value) in metadata)
        {
            overrides[name] = value;
        }

        return overrides;
    }

    private void SetMissing(string name, string value)
    {
        if (!Has(name))
        {
            this[name] = value;
        }
    }
}

/// <summary>What an application asked to publish.</summary>
internal sealed record PublishedEvent(
    string PubSub, string Topic, string Source, string ContentType, ReadOnlyMemory<byte> Data, IReadOnlyDictionary<string, string> Metadata, TraceContext Trace);
