using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;
using Sidecar.Api.Http;
using Sidecar.Telemetry;

namespace Sidecar.PubSub;

/// <summary>Publishes the entries of a bulk request: all are checked first, then each is published for itself.</summary>
internal sealed class BulkPublish(Publisher publisher, Tracing tracing)
{
    private const string Mismatch = "error: mismatch between contentType and event";

    public async Task<ApiError?> PublishAsync(HttpContext context, LoadedBroker broker, PublishedEvent request, bool raw)
    {
        using var document = GoJson.Decode(request.Data, out var syntax);
        if (document is null)
        {
            return PubSubErrors.Unmarshal(broker.Name, request.Topic, publisher.AppId, syntax!);
        }

        if (Read(document.RootElement, request, out var entries) is { } error)
        {
            return error;
        }

        using var spans = new EntrySpans(tracing, suffix: "");
        if (!raw)
        {
            entries = entries.ConvertAll(entry => (entry.Id, spans.Begin(entry.Event)));
        }

        var failed = new List<(string Id, string Error)>();
        if (await publisher.PublishAsync(broker, request.Topic, entries, raw, failed, context.RequestAborted) is { } refusal)
        {
            spans.Fail(refusal.Status);
            return refusal;
        }

        spans.Fail(failed.Count > 0 ? StatusCodes.Status500InternalServerError : StatusCodes.Status200OK);
        await WriteAsync(context, broker, request.Topic, failed);
        return null;
    }

    private static async Task WriteAsync(HttpContext context, LoadedBroker broker, string topic, List<(string Id, string Error)> failed)
    {
        if (failed.Count == 0)
        {
            context.Response.StatusCode = StatusCodes.Status204NoContent;
            return;
        }

        var body = new JsonObject
        {
            ["failedEntries"] = new JsonArray([.. failed.Select(entry => new JsonObject { ["entryId"] = entry.Id, ["error"] = entry.Error })]),
            ["errorCode"] = "ERR_PUBSUB_PUBLISH_MESSAGE",
        }.ToJsonString();
        context.Response.StatusCode = StatusCodes.Status500InternalServerError;
        context.Response.ContentType = "application/json";
        context.Response.Headers["metadata.responseData"] = HeaderText(body);
        context.Response.Headers["metadata.error"] = HeaderText($"api error: code = Internal desc = error when publishing to topic {topic} in pubsub {broker.Name}: {failed[0].Error}");
        await context.Response.WriteAsync(body, context.RequestAborted);
    }

    private static string HeaderText(string text) => string.Concat(text.Select(c => c is >= ' ' and < '\x7f' ? c : '?'));

    private ApiError? Read(JsonElement body, PublishedEvent request, out List<(string Id, PublishedEvent Event)> entries)
    {
        entries = [];
        if (body.ValueKind is not (JsonValueKind.Array or JsonValueKind.Null))
        {
            return Unmarshal($"json: cannot unmarshal {GoJson.KindOf(body)} into Go value of type []http.bulkPublishMessageEntry");
        }

        var ids = new HashSet<string>(StringComparer.Ordinal);
        foreach (var element in body.ValueKind == JsonValueKind.Null ? [] : body.EnumerateArray().ToArray())
        {
            if (element.ValueKind != JsonValueKind.Object)
            {
                return Unmarshal($"json: cannot unmarshal {GoJson.KindOf(element)} into Go value of type http.bulkPublishMessageEntry");
            }

            foreach (var name in (ReadOnlySpan<string>)["entryId", "contentType"])
            {
                if (GoJson.Member(element, name) is { ValueKind: not (JsonValueKind.String or JsonValueKind.Null) } wrong)
                {
                    return Unmarshal($"json: cannot unmarshal {GoJson.KindOf(wrong)} into Go struct field bulkPublishMessageEntry.{name} of type string");
                }
            }

            var contentType = GoJson.Member(element, "contentType")?.GetString() ?? "";
            if (ToBytes(GoJson.Member(element, "event"), contentType, out var data) is { } problem)
            {
                return PubSubErrors.Envelope(request.PubSub, request.Topic, publisher.AppId, problem);
            }

            var id = GoJson.Member(element, "entryId")?.GetString() ?? "";
            if (id.Length == 0 || !ids.Add(id))
            {
                return PubSubErrors.EntryId(request.PubSub, request.Topic, publisher.AppId);
            }

            entries.Add((id, request with { ContentType = contentType, Data = data, Metadata = Metadata(element, request.Metadata) }));
        }

        return null;

        ApiError Unmarshal(string problem) => PubSubErrors.Unmarshal(request.PubSub, request.Topic, publisher.AppId, problem);
    }

    // An entry without metadata of its own does not get the request's, as in daprd.
    private static Dictionary<string, string> Metadata(JsonElement element, IReadOnlyDictionary<string, string> request)
    {
        var metadata = new Dictionary<string, string>(StringComparer.Ordinal);
        if (GoJson.Member(element, "metadata") is { ValueKind: JsonValueKind.Object } given)
        {
            foreach (var (name, value) in request)
            {
                metadata[name] = value;
            }

            foreach (var member in given.EnumerateObject())
            {
                metadata[member.Name] = member.Value.ValueKind == JsonValueKind.String ? member.Value.GetString()! : member.Value.GetRawText();
            }
        }

        return metadata;
    }

    private static string? ToBytes(JsonElement? value, string contentType, out byte[] data)
    {
        data = [];
        var text = value is { ValueKind: JsonValueKind.String } element ? element.GetString() : null;
        if (CloudEvent.IsBinary(contentType))
        {
            var decoded = new byte[text?.Length ?? 0];
            if (text is null)
            {
                return Mismatch;
            }

            if (!Convert.TryFromBase64String(text, decoded, out var length))
            {
                return $"error: unable to decode base64 application/octect-stream data: illegal base64 data at input byte {FirstBad(text)}";
            }

            data = decoded[..length];
            return null;
        }

        if (contentType.StartsWith("text/", StringComparison.OrdinalIgnoreCase))
        {
            data = Encoding.UTF8.GetBytes(text ?? "");
            return text is null ? Mismatch : null;
        }

        if (!CloudEvent.IsJson(contentType) && !CloudEvent.IsCloudEvent(contentType))
        {
            return Mismatch;
        }

        data = value is { } any ? GoJson.Compact(any) : "null"u8.ToArray();
        return null;
    }

    private static int FirstBad(string text)
    {
        var bad = text.TakeWhile(c => char.IsAsciiLetterOrDigit(c) || c is '+' or '/').Count();
        return bad;
    }
}
