using System.Text.Json;
using System.Text.Json.Nodes;
using Sidecar.Api.Http;

namespace Sidecar.PubSub;

/// <summary>The body of a bulk delivery over HTTP, and the app's answer to it.</summary>
internal static class BulkEnvelope
{
    /// <summary>The events, all of one subscription and path.</summary>
    public static byte[] Create(IReadOnlyList<AppEvent> events, string id)
    {
        var pubSub = events[0].Subscription.PubSub;
        return JsonSerializer.SerializeToUtf8Bytes(new JsonObject
        {
            ["entries"] = new JsonArray([.. events.Select(Entry)]),
            ["id"] = id,
            ["metadata"] = new JsonObject { ["pubsubName"] = pubSub },
            ["pubsubname"] = pubSub,
            ["topic"] = events[0].Message.Topic,
            ["type"] = "com.dapr.event.sent.bulk",
        });
    }

    /// <summary>What the answer says to each event: one that it does not name must come again.</summary>
    public static IReadOnlyList<AppAnswer> Read(IReadOnlyList<AppEvent> events, int status, ReadOnlyMemory<byte> body)
    {
        if (status == 404)
        {
            return All(events, new AppAnswer(AppVerdict.Ignore, 0, "the app has no such route (404)"));
        }

        if (status is < 200 or > 299)
        {
            return All(events, new AppAnswer(AppVerdict.Retry, 0, $"status code returned: {status}"));
        }

        using var document = GoJson.Decode(body, out var error);
        if (document is not { RootElement.ValueKind: JsonValueKind.Object })
        {
            return All(events, new AppAnswer(AppVerdict.Retry, 0, $"failed unmarshalling app response for bulk subscribe: {error}"));
        }

        var words = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var entry in GoJson.Member(document.RootElement, "statuses") is { ValueKind: JsonValueKind.Array } list ? list.EnumerateArray().ToArray() : [])
        {
            if (entry.ValueKind == JsonValueKind.Object && Text(entry, "entryId") is { } id)
            {
                words[id] = Text(entry, "status") ?? "";
            }
        }

        return [.. events.Select(appEvent => words.TryGetValue(appEvent.EntryId, out var word) ? AppDelivery.Verdict(word, empty: AppVerdict.Retry) : new AppAnswer(AppVerdict.Retry, 0, "no status"))];
    }

    /// <summary>The same answer to each event.</summary>
    public static IReadOnlyList<AppAnswer> All(IReadOnlyList<AppEvent> events, AppAnswer answer) => [.. Enumerable.Repeat(answer, events.Count)];

    private static JsonObject Entry(AppEvent appEvent)
    {
        var metadata = appEvent.Message.Metadata;
        return new JsonObject
        {
            ["entryId"] = appEvent.EntryId,
            ["event"] = appEvent.Subscription.IsRaw ? Convert.ToBase64String(appEvent.Message.Data.Span) : JsonNode.Parse(appEvent.Data.Span),
            ["metadata"] = metadata.Count == 0 ? null : new JsonObject(metadata.Select(pair => KeyValuePair.Create(pair.Key, (JsonNode?)pair.Value))),
            ["contentType"] = appEvent.Subscription.IsRaw ? "application/octet-stream" : CloudEvent.ContentType,
        };
    }

    private static string? Text(JsonElement element, string name) => GoJson.Member(element, name) is { ValueKind: JsonValueKind.String } text ? text.GetString() : null;
}
