using System.Diagnostics;
using Sidecar.Api.Http;

namespace Sidecar.PubSub;

/// <summary>Publishes what an application hands over, by whichever API: finds the component, wraps the event, checks the scopes, publishes under the policy.</summary>
internal sealed class Publisher(IReadOnlyDictionary<string, LoadedBroker> brokers, string appId, TimeProvider time, Func<string> newId)
{
    /// <summary>The app whose events these are.</summary>
    public string AppId => appId;

    /// <summary>The component of a request, or what is wrong with the request's names.</summary>
    public ApiError? Find(string name, string topic, Dictionary<string, string> metadata, out LoadedBroker? broker)
    {
        broker = null;
        return name.Length == 0 ? PubSubErrors.NameEmpty(metadata)
            : !brokers.TryGetValue(name, out broker) ? PubSubErrors.NotFound(name, metadata)
            : topic.Length == 0 ? PubSubErrors.TopicEmpty(name, metadata)
            : null;
    }

    /// <summary>Whether the request asks for the bytes to be published as they are; refuses what is no boolean as Go reads one.</summary>
    public static ApiError? ReadRaw(string name, Dictionary<string, string> metadata, out bool raw)
    {
        var text = metadata.GetValueOrDefault("rawPayload");
        raw = text is "1" or "t" or "T" or "true" or "TRUE" or "True";
        return raw || text is null or "" or "0" or "f" or "F" or "false" or "FALSE" or "False"
            ? null
            : PubSubErrors.Metadata(name, $"rawPayload value must be a valid boolean: actual is '{text}'", metadata);
    }

    /// <summary>Publishes one event.</summary>
    public async Task<ApiError?> PublishAsync(LoadedBroker broker, PublishedEvent published, bool raw, CancellationToken cancellationToken)
    {
        if (ToBytes(broker, published, raw, out var data) is { } problem)
        {
            return problem;
        }

        var began = Stopwatch.GetTimestamp();
        var error = await TryPublishAsync(broker, published, data, cancellationToken);
        broker.Metrics?.Published(broker.Name, published.Topic, error is null, began);
        return error;
    }

    private async Task<ApiError?> TryPublishAsync(LoadedBroker broker, PublishedEvent published, ReadOnlyMemory<byte> data, CancellationToken cancellationToken)
    {
        if (!broker.Scopes.MayPublish(published.Topic))
        {
            return PubSubErrors.Forbidden(broker.Name, published.Topic, appId);
        }

        try
        {
            await broker.PublishAsync(new BrokerMessage(published.Topic, data, published.Metadata), cancellationToken);
            return null;
        }
        catch (Exception exception) when (!cancellationToken.IsCancellationRequested)
        {
            // Whatever the broker's driver throws becomes the API's error.
            return PubSubErrors.Publish(broker.Name, published.Topic, exception.Message);
        }
    }

    /// <summary>Publishes several events, each for itself, once all of them are understood and allowed; <paramref name="failed"/> gets those that the broker did not take.</summary>
    public async Task<ApiError?> PublishAsync(
        LoadedBroker broker, string topic, IReadOnlyList<(string Id, PublishedEvent Event)> entries, bool raw, List<(string Id, string Error)> failed, CancellationToken cancellationToken)
    {
        var messages = new List<(string Id, BrokerMessage Message)>();
        foreach (var (id, entry) in entries)
        {
            if (ToBytes(broker, entry, raw, out var data) is { } problem)
            {
                return problem;
            }

            messages.Add((id, new BrokerMessage(topic, data, entry.Metadata)));
        }

        var began = Stopwatch.GetTimestamp();
        if (!broker.Scopes.MayPublish(topic))
        {
            broker.Metrics?.BulkPublished(broker.Name, topic, success: false, any: false, began);
            return PubSubErrors.Forbidden(broker.Name, topic, appId);
        }

        foreach (var (id, message) in messages)
        {
            try
            {
                await broker.PublishAsync(message, cancellationToken);
            }
            catch (Exception exception) when (!cancellationToken.IsCancellationRequested)
            {
                // Reported for this entry; the others are published.
                failed.Add((id, exception.Message));
            }
        }

        broker.Metrics?.BulkPublished(broker.Name, topic, failed.Count == 0, failed.Count < messages.Count, began);
        return null;
    }

    private ApiError? ToBytes(LoadedBroker broker, PublishedEvent published, bool raw, out ReadOnlyMemory<byte> data)
    {
        data = published.Data;
        if (raw)
        {
            return null;
        }

        var cloudEvent = Make(published, time.GetUtcNow(), newId, broker.Broker.ExpiresMessages, out var problem);
        data = cloudEvent?.ToBytes();
        return cloudEvent is null ? PubSubErrors.CloudEvent(broker.Name, appId, problem!) : null;
    }

    /// <summary>Wraps the event, or takes it over when it is one already; null and the problem when it says so but is none.</summary>
    private static CloudEvent? Make(PublishedEvent published, DateTimeOffset now, Func<string> newId, bool brokerExpires, out string? problem)
    {
        problem = null;
        var cloudEvent = CloudEvent.IsCloudEvent(published.ContentType) ? CloudEvent.Adopt(published, now, out problem) : CloudEvent.Wrap(published, newId(), now);
        if (!brokerExpires)
        {
            cloudEvent?.ApplyTtl(published.Metadata, now);
        }

        return cloudEvent;
    }
}
