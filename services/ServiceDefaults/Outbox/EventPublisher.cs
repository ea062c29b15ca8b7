using System.Text.Json;
using System.Text.Json.Nodes;
using Dapr.Client;

namespace ServiceDefaults;

/// <summary>Publishes the entries of kind `event` as CloudEvents.</summary>
internal sealed class EventPublisher(DaprClient dapr, ServiceName service) : IOutboxHandler
{
    private const string PubSub = "pubsub";

    public string Kind => OutboxEntry.EventKind;

    public Task HandleAsync(OutboxMessage message, CancellationToken ct)
    {
        var data = JsonObject.Create(message.Data) ?? [];
        data["tenantId"] = message.TenantId;
        data["version"] = message.Version;
        var cloudEvent = new JsonObject
        {
            ["specversion"] = "1.0",
            ["id"] = message.Id.ToString(),
            ["source"] = service.AppId,
            ["type"] = message.Type,
            ["subject"] = message.AggregateId,
            ["partitionkey"] = message.AggregateId,
            ["time"] = message.CreatedAt.UtcDateTime.ToString("O"),
            ["datacontenttype"] = "application/json",
            ["data"] = data,
        };
        if (message.TraceParent is { } trace)
        {
            cloudEvent["traceparent"] = trace;
        }

        return dapr.PublishByteEventAsync(PubSub, message.Topic, JsonSerializer.SerializeToUtf8Bytes(cloudEvent), "application/cloudevents+json", cancellationToken: ct);
    }
}
