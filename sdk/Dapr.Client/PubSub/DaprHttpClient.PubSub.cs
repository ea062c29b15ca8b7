using System.Globalization;
using System.Net;
using System.Text.Json;

namespace Dapr.Client;

internal sealed partial class DaprHttpClient
{
    private const string CloudEventContentType = "application/cloudevents+json";
    private const string PublishOperation = "Publish operation";

    public override Task PublishEventAsync<TData>(string pubsubName, string topicName, TData data, CancellationToken cancellationToken = default) =>
        PublishDataAsync(pubsubName, topicName, data, metadata: null, cancellationToken);

    public override Task PublishEventAsync<TData>(
        string pubsubName, string topicName, TData data, Dictionary<string, string> metadata, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(metadata);
        return PublishDataAsync(pubsubName, topicName, data, metadata, cancellationToken);
    }

    public override Task PublishEventAsync(string pubsubName, string topicName, CancellationToken cancellationToken = default) =>
        PublishAsync(pubsubName, topicName, content: null, metadata: null, cancellationToken);

    public override Task PublishEventAsync(
        string pubsubName, string topicName, Dictionary<string, string> metadata, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(metadata);
        return PublishAsync(pubsubName, topicName, content: null, metadata, cancellationToken);
    }

    public override Task PublishByteEventAsync(
        string pubsubName,
        string topicName,
        ReadOnlyMemory<byte> data,
        string dataContentType = JsonContentType,
        Dictionary<string, string>? metadata = default,
        CancellationToken cancellationToken = default) =>
        PublishAsync(pubsubName, topicName, Body(data, dataContentType), metadata, cancellationToken);

    public override async Task<BulkPublishResponse<TValue>> BulkPublishEventAsync<TValue>(
        string pubsubName, string topicName, IReadOnlyList<TValue> events, Dictionary<string, string>? metadata = default, CancellationToken cancellationToken = default)
    {
        CheckTopic(pubsubName, topicName);
        ArgumentNullException.ThrowIfNull(events);
        var entries = events
            .Select((data, index) => new BulkPublishEntry<TValue>(index.ToString(CultureInfo.InvariantCulture), data, ContentTypeOf(data), metadata))
            .ToDictionary(entry => entry.EntryId, StringComparer.Ordinal);
        var request = Request(HttpMethod.Post, $"/v1.0/publish/bulk/{Escape(pubsubName)}/{Escape(topicName)}", metadata);
        request.Content = Json(writer => WriteEntries(writer, entries.Values));
        var answer = await SendAsync(request, "Bulk publish operation", cancellationToken, HttpStatusCode.InternalServerError);
        if (answer.Status != HttpStatusCode.InternalServerError)
        {
            return new BulkPublishResponse<TValue>([]);
        }

        var failed = TryReadFailedEntries(answer.Body) ?? throw Failure("Bulk publish operation", answer.Status, answer.Body);
        return new BulkPublishResponse<TValue>([.. failed.Select(entry => new BulkPublishResponseFailedEntry<TValue>(entries[entry.EntryId], entry.Error))]);
    }

    private static void CheckTopic(string pubsubName, string topicName)
    {
        ArgumentException.ThrowIfNullOrEmpty(pubsubName);
        ArgumentException.ThrowIfNullOrEmpty(topicName);
    }

    private static string ContentTypeOf<TValue>(TValue data) => data switch
    {
        byte[] => "application/octet-stream",
        CloudEvent => CloudEventContentType,
        _ => JsonContentType,
    };

    private static List<FailedEntry>? TryReadFailedEntries(byte[] body)
    {
        try
        {
            return JsonSerializer.Deserialize<FailedEntries>(body, JsonSerializerOptions.Web)?.Entries;
        }
        catch (JsonException)
        {
            return null; // some other failure: reported with the body
        }
    }

    private Task PublishDataAsync<TData>(string pubsubName, string topicName, TData data, Dictionary<string, string>? metadata, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(data);
        return PublishAsync(pubsubName, topicName, Body(Serialize(data), data is CloudEvent ? CloudEventContentType : JsonContentType), metadata, cancellationToken);
    }

    private async Task PublishAsync(string pubsubName, string topicName, HttpContent? content, Dictionary<string, string>? metadata, CancellationToken cancellationToken)
    {
        CheckTopic(pubsubName, topicName);
        var request = Request(HttpMethod.Post, $"/v1.0/publish/{Escape(pubsubName)}/{Escape(topicName)}", metadata);
        request.Content = content;
        await SendAsync(request, PublishOperation, cancellationToken);
    }

    // A CloudEvent may be passed as its base type; its data must not get lost.
    private byte[] Serialize<TData>(TData data) => data is CloudEvent
        ? JsonSerializer.SerializeToUtf8Bytes(data, data.GetType(), json)
        : JsonSerializer.SerializeToUtf8Bytes(data, json);

    private void WriteEntries<TValue>(Utf8JsonWriter writer, IEnumerable<BulkPublishEntry<TValue>> entries)
    {
        writer.WriteStartArray();
        foreach (var entry in entries)
        {
            writer.WriteStartObject();
            writer.WriteString("entryId", entry.EntryId);
            writer.WritePropertyName("event");
            writer.WriteRawValue(entry.EventData is byte[] bytes ? JsonSerializer.SerializeToUtf8Bytes(bytes) : Serialize(entry.EventData));
            writer.WriteString("contentType", entry.ContentType);
            WriteMetadata(writer, entry.Metadata);
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
    }

    private sealed record FailedEntries([property: System.Text.Json.Serialization.JsonPropertyName("failedEntries")] List<FailedEntry>? Entries);

    private sealed record FailedEntry(string EntryId, string Error);
}
