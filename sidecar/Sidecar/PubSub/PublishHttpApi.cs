using Microsoft.AspNetCore.Http;
using Sidecar.Api.Http;
using Sidecar.Telemetry;

namespace Sidecar.PubSub;

/// <summary><c>/publish/{pubsub}/{topic}</c> and <c>/publish/bulk/{pubsub}/{topic}</c>.</summary>
internal sealed class PublishHttpApi(IReadOnlyDictionary<string, LoadedBroker> brokers, string appId, Tracing tracing, TimeProvider time, Func<string> newId) : IHttpApi
{
    private readonly BulkPublish _bulk = new(appId, time, newId);

    public IReadOnlyList<string> Prefixes { get; } = ["v1.0/publish", "v1.0-alpha1/publish"];

    public async Task HandleAsync(HttpContext context, string rest)
    {
        var method = context.Request.Method;
        if (!HttpMethods.IsPost(method) && !HttpMethods.IsPut(method))
        {
            await ApiError.NoRoute.WriteAsync(context);
            return;
        }

        var parts = rest.Split('/', 2);
        var bulk = parts is ["bulk", { Length: > 0 }];
        if (bulk)
        {
            parts = parts[1].Split('/', 2);
        }

        var name = RequestMetadata.Decode(parts[0]);
        var topic = parts.Length > 1 ? RequestMetadata.Decode(parts[1]) : "";
        if (name is null || topic is null)
        {
            await RequestMetadata.WriteBadPathAsync(context);
            return;
        }

        if (await PublishAsync(context, name, topic, bulk) is { } error)
        {
            await error.WriteAsync(context);
        }
    }

    private async Task<ApiError?> PublishAsync(HttpContext context, string name, string topic, bool bulk)
    {
        var metadata = RequestMetadata.From(context.Request);
        if (name.Length == 0)
        {
            return PubSubErrors.NameEmpty(metadata);
        }

        if (!brokers.TryGetValue(name, out var broker))
        {
            return PubSubErrors.NotFound(name, metadata);
        }

        if (topic.Length == 0)
        {
            return PubSubErrors.TopicEmpty(name, metadata);
        }

        var (body, complete) = await RequestBytes.ReadAsync(context);
        if (!complete && !bulk)
        {
            return PubSubErrors.Publish(name, topic, "stream too large");
        }

        if (!TryReadRaw(metadata, out var raw))
        {
            return PubSubErrors.Metadata(name, $"rawPayload value must be a valid boolean: actual is '{metadata["rawPayload"]}'", metadata);
        }

        var published = new PublishedEvent(name, topic, appId, context.Request.ContentType ?? "", body, metadata, tracing.Of(context));
        return bulk ? await _bulk.PublishAsync(context, broker, published, raw) : await PublishOneAsync(context, broker, published, raw);
    }

    private async Task<ApiError?> PublishOneAsync(HttpContext context, LoadedBroker broker, PublishedEvent published, bool raw)
    {
        var data = published.Data;
        if (!raw)
        {
            var cloudEvent = Make(published, time.GetUtcNow(), newId, broker.Broker.ExpiresMessages, out var problem);
            if (cloudEvent is null)
            {
                return PubSubErrors.CloudEvent(broker.Name, appId, problem!);
            }

            data = cloudEvent.ToBytes();
        }

        if (!broker.Scopes.MayPublish(published.Topic))
        {
            return PubSubErrors.Forbidden(broker.Name, published.Topic, appId);
        }

        try
        {
            await broker.PublishAsync(new BrokerMessage(published.Topic, data, published.Metadata), context.RequestAborted);
        }
        catch (Exception exception) when (!context.RequestAborted.IsCancellationRequested)
        {
            // Whatever the broker's driver throws becomes the API's error.
            return PubSubErrors.Publish(broker.Name, published.Topic, exception.Message);
        }

        context.Response.StatusCode = StatusCodes.Status204NoContent;
        return null;
    }

    /// <summary>Wraps the event, or takes it over when it is one already; null and the problem when it says so but is none.</summary>
    internal static CloudEvent? Make(PublishedEvent published, DateTimeOffset now, Func<string> newId, bool brokerExpires, out string? problem)
    {
        problem = null;
        var cloudEvent = CloudEvent.IsCloudEvent(published.ContentType) ? CloudEvent.Adopt(published, now, out problem) : CloudEvent.Wrap(published, newId(), now);
        if (!brokerExpires)
        {
            cloudEvent?.ApplyTtl(published.Metadata, now);
        }

        return cloudEvent;
    }

    // Go's words for a boolean.
    private static bool TryReadRaw(Dictionary<string, string> metadata, out bool raw)
    {
        raw = false;
        switch (metadata.GetValueOrDefault("rawPayload"))
        {
            case "1" or "t" or "T" or "true" or "TRUE" or "True":
                raw = true;
                return true;
            case null or "" or "0" or "f" or "F" or "false" or "FALSE" or "False":
                return true;
            default:
                return false;
        }
    }
}
