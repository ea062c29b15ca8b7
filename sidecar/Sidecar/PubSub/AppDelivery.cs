using System.Buffers;
using System.Net.Http.Headers;
using System.Text.Json;
using Sidecar.Api.Http;
using Sidecar.Invocation;
using Sidecar.Telemetry;

namespace Sidecar.PubSub;

/// <summary>An event on its way to the app.</summary>
/// <param name="EntryId">Names it in a bulk delivery; the same in each repetition.</param>
internal sealed record AppEvent(Subscription Subscription, string Path, BrokerMessage Message, ReadOnlyMemory<byte> Data, CloudEvent Event, string EntryId);

/// <summary>What the app's answer means.</summary>
internal enum AppVerdict
{
    Success,

    /// <summary>Not wanted: for the dead letter topic, if there is one.</summary>
    Drop,

    /// <summary>Not wanted, and not for the dead letter topic either: a bulk delivery to a route that the app does not have.</summary>
    Ignore,

    /// <summary>Not taken: to be tried again, or for the dead letter topic.</summary>
    Retry,
}

/// <summary>The app's answer. <paramref name="Status"/> is its HTTP status when that is what failed, else 0.</summary>
internal sealed record AppAnswer(AppVerdict Verdict, int Status, string Detail);

/// <summary>Brings events to the app.</summary>
internal interface IAppDelivery
{
    /// <summary>Delivers one event and reads what the app says to it; an app that cannot be reached is an answer, too.</summary>
    Task<AppAnswer> PostAsync(AppEvent appEvent, CancellationToken cancellationToken);

    /// <summary>Delivers several events of one bulk subscription and path; the answers in their order.</summary>
    Task<IReadOnlyList<AppAnswer>> PostBulkAsync(IReadOnlyList<AppEvent> events, CancellationToken cancellationToken);
}

/// <summary>Posts events to the app and reads its answers: 2xx with SUCCESS, nothing or something unreadable = success; DROP and 404 = drop; the rest = retry.</summary>
internal sealed class AppDelivery(IAppChannel app, Tracing tracing, TimeProvider time, Func<string> newId) : IAppDelivery
{
    // Longer than any handler that works; an app that hangs must not hold a worker for ever.
    private static readonly TimeSpan AttemptTimeout = TimeSpan.FromMinutes(5);
    private static readonly SearchValues<char> HeaderNames = SearchValues.Create("!#$%&'*+-.^_`|~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz");
    private const int MaxAnswer = 64 * 1024;
    private static readonly Dictionary<string, string> NoMetadata = [];

    /// <inheritdoc />
    public async Task<AppAnswer> PostAsync(AppEvent appEvent, CancellationToken cancellationToken)
    {
        using var span = tracing.StartDelivery(appEvent.Message.Topic, appEvent.Event.Trace);
        using var request = Request(appEvent.Path, appEvent.Data, CloudEvent.ContentType, appEvent.Message.Metadata, appEvent.Event["pubsubname"] ?? appEvent.Subscription.PubSub, Tracing.ContextOf(span, appEvent.Event.Trace));
        var (answer, problem) = await SendAsync(
            request,
            async (response, token) =>
            {
                Tracing.SetStatus(span, (int)response.StatusCode);
                return await ReadAsync(response, token);
            },
            cancellationToken);
        return answer ?? new AppAnswer(AppVerdict.Retry, 0, problem!);
    }

    /// <inheritdoc />
    public async Task<IReadOnlyList<AppAnswer>> PostBulkAsync(IReadOnlyList<AppEvent> events, CancellationToken cancellationToken)
    {
        var spans = events.Select(appEvent => tracing.StartDelivery(appEvent.Message.Topic, appEvent.Event.Trace)).ToList();
        using var request = Request(events[0].Path, BulkEnvelope.Create(events, newId()), "application/json", NoMetadata, events[0].Subscription.PubSub, Tracing.ContextOf(spans[^1], events[^1].Event.Trace));
        try
        {
            var (answers, problem) = await SendAsync(
                request,
                async (response, token) =>
                {
                    spans.ForEach(span => Tracing.SetStatus(span, (int)response.StatusCode));
                    return BulkEnvelope.Read(events, (int)response.StatusCode, await ReadBodyAsync(response, token));
                },
                cancellationToken);
            return answers ?? BulkEnvelope.All(events, new AppAnswer(AppVerdict.Retry, 0, problem!));
        }
        finally
        {
            spans.ForEach(span => span?.Dispose());
        }
    }

    /// <summary>What a word of the app means.</summary>
    internal static AppAnswer Verdict(string word, AppVerdict empty) => word switch
    {
        "" => new AppAnswer(empty, 0, "no status"),
        "SUCCESS" => new AppAnswer(AppVerdict.Success, 0, ""),
        "DROP" => new AppAnswer(AppVerdict.Drop, 0, "DROP"),
        "RETRY" => new AppAnswer(AppVerdict.Retry, 0, "RETRY"),
        _ => new AppAnswer(AppVerdict.Retry, 0, "unknown status"),
    };

    private async Task<(T? Answer, string? Problem)> SendAsync<T>(HttpRequestMessage request, Func<HttpResponseMessage, CancellationToken, Task<T>> read, CancellationToken cancellationToken)
        where T : class
    {
        using var deadline = new CancellationTokenSource(AttemptTimeout, time);
        using var linked = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, cancellationToken);
        try
        {
            using var response = await app.SendAsync(request, linked.Token);
            return (await read(response, linked.Token), null);
        }
        catch (Exception exception) when (exception is HttpRequestException or IOException)
        {
            return (null, $"the app cannot be reached: {exception.Message}");
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return (null, $"the app did not answer within {AttemptTimeout.TotalMinutes:0} min");
        }
    }

    private HttpRequestMessage Request(string path, ReadOnlyMemory<byte> body, string contentType, IReadOnlyDictionary<string, string> metadata, string pubSub, TraceContext trace)
    {
        var content = new ReadOnlyMemoryContent(body);
        content.Headers.ContentType = new MediaTypeHeaderValue(contentType);
        var request = new HttpRequestMessage(HttpMethod.Post, RequestPath.OfRoute(path)) { Content = content };
        foreach (var (name, value) in metadata)
        {
            Add(request, name, value);
        }

        Add(request, "pubsubName", pubSub);
        if (tracing.Header(trace) is { } traceParent)
        {
            Add(request, "traceparent", traceParent);
        }

        // The trace state travels inside the event alone, as daprd has it.
        return request;
    }

    // Metadata comes from whoever published: a name that frames or routes the request, or is none of HTTP's, must not become a header.
    private static void Add(HttpRequestMessage request, string name, string value)
    {
        if (name.ToLowerInvariant() is not ("" or "host" or "connection" or "content-length" or "content-type" or "transfer-encoding" or "upgrade" or "dapr-api-token" or "te" or "trailer")
            && !name.AsSpan().ContainsAnyExcept(HeaderNames)
            && FieldValue.IsValid(value))
        {
            request.Headers.Remove(name);
            request.Headers.TryAddWithoutValidation(name, HeaderText.Write(value));
        }
    }

    private static async Task<AppAnswer> ReadAsync(HttpResponseMessage response, CancellationToken cancellationToken)
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
        using var document = GoJson.Decode(body, out _);
        var word = document is { RootElement.ValueKind: JsonValueKind.Object } && GoJson.Member(document.RootElement, "status") is { ValueKind: JsonValueKind.String } text ? text.GetString()! : "";
        return Verdict(word, empty: AppVerdict.Success);
    }

    private static async Task<ReadOnlyMemory<byte>> ReadBodyAsync(HttpResponseMessage response, CancellationToken cancellationToken)
    {
        await using var stream = await response.Content.ReadAsStreamAsync(cancellationToken);
        var body = new byte[Math.Min(response.Content.Headers.ContentLength ?? MaxAnswer, MaxAnswer)];
        var length = await stream.ReadAtLeastAsync(body, body.Length, throwOnEndOfStream: false, cancellationToken);
        return body.AsMemory(0, length);
    }
}
