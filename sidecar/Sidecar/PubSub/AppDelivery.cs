using System.Net.Http.Headers;
using System.Text.Json;
using System.Text.Json.Nodes;
using Sidecar.Api.Http;
using Sidecar.Invocation;
using Sidecar.Telemetry;

namespace Sidecar.PubSub;

/// <summary>An event on its way to the app.</summary>
internal sealed record AppEvent(Subscription Subscription, string Path, BrokerMessage Message, ReadOnlyMemory<byte> Data, CloudEvent Event);

/// <summary>What the app's answer means.</summary>
internal enum AppVerdict
{
    Success,
    Drop,
    Retry,
}

/// <summary>The app's answer. <paramref name="Status"/> is its HTTP status when that is what failed, else 0.</summary>
internal sealed record AppAnswer(AppVerdict Verdict, int Status, string Detail);

/// <summary>Brings events to the app.</summary>
internal interface IAppDelivery
{
    /// <summary>Delivers one event and reads what the app says to it; an app that cannot be reached is an answer, too.</summary>
    Task<AppAnswer> PostAsync(AppEvent appEvent, CancellationToken cancellationToken);
}

/// <summary>Posts events to the app and reads its answers: 2xx with SUCCESS, nothing or something unreadable = success; DROP and 404 = drop; the rest = retry.</summary>
internal sealed class AppDelivery(IAppChannel app, Tracing tracing, TimeProvider time, Func<string> newId) : IAppDelivery
{
    // Longer than any handler that works; an app that hangs must not hold a worker for ever.
    private static readonly TimeSpan AttemptTimeout = TimeSpan.FromMinutes(5);
    private const int MaxAnswer = 64 * 1024;

    public async Task<AppAnswer> PostAsync(AppEvent appEvent, CancellationToken cancellationToken)
    {
        using var span = tracing.StartDelivery(appEvent.Message.Topic, appEvent.Event.Trace);
        using var deadline = new CancellationTokenSource(AttemptTimeout, time);
        using var linked = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, cancellationToken);
        using var request = Request(appEvent, Tracing.ContextOf(span, appEvent.Event.Trace));
        try
        {
            using var response = await app.SendAsync(request, linked.Token);
            Tracing.SetStatus(span, (int)response.StatusCode);
            return await ReadAsync(appEvent, response, linked.Token);
        }
        catch (Exception exception) when (exception is HttpRequestException or IOException)
        {
            return new AppAnswer(AppVerdict.Retry, 0, $"the app cannot be reached: {exception.Message}");
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return new AppAnswer(AppVerdict.Retry, 0, $"the app did not answer within {AttemptTimeout.TotalMinutes:0} min");
        }
    }

    private HttpRequestMessage Request(AppEvent appEvent, TraceContext trace)
    {
        var bulk = appEvent.Subscription.Bulk;
        var content = new ReadOnlyMemoryContent(bulk ? Envelope(appEvent) : appEvent.Data);
        content.Headers.ContentType = new MediaTypeHeaderValue(bulk ? "application/json" : CloudEvent.ContentType);
        var path = appEvent.Path.StartsWith('/') ? appEvent.Path : "/" + appEvent.Path;
        var request = new HttpRequestMessage(HttpMethod.Post, path) { Content = content };
        foreach (var (name, value) in appEvent.Message.Metadata)
        {
            Add(request, name, value);
        }

        Add(request, "pubsubName", appEvent.Event["pubsubname"] ?? appEvent.Subscription.PubSub);
        if (tracing.Header(trace) is { } traceParent)
        {
            Add(request, "traceparent", traceParent);
        }

        // The trace state travels inside the event alone, as daprd has it.
        return request;
    }

    // Metadata comes from whoever published: a name that frames or routes the request must not become a header.
    private static void Add(HttpRequestMessage request, string name, string value)
    {
        if (name.ToLowerInvariant() is not ("host" or "connection" or "content-length" or "content-type" or "transfer-encoding" or "upgrade" or "dapr-api-token" or "te" or "trailer")
            && !value.AsSpan().ContainsAny('\r', '\n', '\0'))
        {
            request.Headers.Remove(name);
            request.Headers.TryAddWithoutValidation(name, value);
        }
    }

    // The brokers hand messages out one by one, so that each envelope has one entry.
    private byte[] Envelope(AppEvent appEvent)
    {
        var entry = new JsonObject
        {
            ["entryId"] = newId(),
            ["event"] = JsonNode.Parse(appEvent.Data.Span),
            ["metadata"] = null,
            ["contentType"] = CloudEvent.ContentType,
        };
        return JsonSerializer.SerializeToUtf8Bytes(new JsonObject
        {
            ["entries"] = new JsonArray(entry),
            ["id"] = newId(),
            ["metadata"] = new JsonObject { ["pubsubName"] = appEvent.Subscription.PubSub },
            ["pubsubname"] = appEvent.Subscription.PubSub,
            ["topic"] = appEvent.Message.Topic,
            ["type"] = "com.dapr.event.sent.bulk",
        });
    }

    private static async Task<AppAnswer> ReadAsync(AppEvent appEvent, HttpResponseMessage response, CancellationToken cancellationToken)
    {
        var status = (int)response.StatusCode;
        if (status == 404)
        {
            return new AppAnswer(AppVerdict.Drop, status, "the app has no such route (404)");
        }

        if (status is < 200 or > 299)
        {
            return new AppAnswer(AppVerdict.Retry, status, $"status code returned: {status}");
        }

        var body = await ReadBodyAsync(response, cancellationToken);
        using var document = GoJson.Decode(body, out var error);
        if (appEvent.Subscription.Bulk)
        {
            return BulkVerdict(document, error);
        }

        var word = document is { RootElement.ValueKind: JsonValueKind.Object } && GoJson.Member(document.RootElement, "status") is { ValueKind: JsonValueKind.String } text ? text.GetString()! : "";
        return Verdict(word, empty: AppVerdict.Success);
    }

    private static AppAnswer BulkVerdict(JsonDocument? document, string? error)
    {
        if (document is not { RootElement.ValueKind: JsonValueKind.Object })
        {
            return new AppAnswer(AppVerdict.Retry, 0, $"failed unmarshalling app response for bulk subscribe: {error}");
        }

        var statuses = GoJson.Member(document.RootElement, "statuses") is { ValueKind: JsonValueKind.Array } list ? list.EnumerateArray().ToList() : [];
        var word = statuses is [{ ValueKind: JsonValueKind.Object } first, ..] && GoJson.Member(first, "status") is { ValueKind: JsonValueKind.String } text ? text.GetString()! : "";
        return Verdict(word, empty: AppVerdict.Retry);
    }

    private static AppAnswer Verdict(string word, AppVerdict empty) => word switch
    {
        "" => new AppAnswer(empty, 0, "no status"),
        "SUCCESS" => new AppAnswer(AppVerdict.Success, 0, ""),
        "DROP" => new AppAnswer(AppVerdict.Drop, 0, "DROP"),
        "RETRY" => new AppAnswer(AppVerdict.Retry, 0, "RETRY"),
        _ => new AppAnswer(AppVerdict.Retry, 0, "unknown status"),
    };

    private static async Task<ReadOnlyMemory<byte>> ReadBodyAsync(HttpResponseMessage response, CancellationToken cancellationToken)
    {
        await using var stream = await response.Content.ReadAsStreamAsync(cancellationToken);
        var body = new byte[MaxAnswer];
        var length = await stream.ReadAtLeastAsync(body, body.Length, throwOnEndOfStream: false, cancellationToken);
        return body.AsMemory(0, length);
    }
}
