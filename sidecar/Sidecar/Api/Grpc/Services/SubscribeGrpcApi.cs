using Dapr.Proto.Runtime.V1;
using Sidecar.PubSub;

namespace Sidecar.Api.Grpc.Services;

/// <summary>Streaming subscriptions: the client opens a stream, gets events on it and answers each; the end of the stream ends the subscription.</summary>
internal sealed class SubscribeGrpcApi(PubSubBuildingBlock pubSub) : IGrpcApi
{
    public IReadOnlyList<GrpcMethod> Methods => [DaprMethod.Duplex("SubscribeTopicEventsAlpha1", SubscribeAsync)];

    private async Task SubscribeAsync(GrpcCall call)
    {
        var initial = (await call.ReadAsync<SubscribeTopicEventsRequestAlpha1>()).InitialRequest;
        var problem = initial is null ? "initial request is required"
            : initial.PubsubName.Length == 0 ? "pubsubName is required"
            : initial.Topic.Length == 0 ? "topic is required"
            : null;
        if (problem is not null)
        {
            throw new GrpcException(GrpcCode.Unknown, problem);
        }

        var subscription = new Subscription(
            initial!.PubsubName,
            initial.Topic,
            new Dictionary<string, string>(initial.Metadata, StringComparer.OrdinalIgnoreCase),
            [new Route("", null, "/")],
            initial.DeadLetterTopic is { Length: > 0 } deadLetters ? deadLetters : null,
            Bulk: null,
            "STREAMING");
        using var client = new StreamDelivery(call);
        try
        {
            await client.OpenAsync(() => OpenAsync(subscription, client, call));
            while (await call.TryReadAsync<SubscribeTopicEventsRequestAlpha1>() is { } message)
            {
                client.Settle(message.EventProcessed ?? throw new GrpcException(GrpcCode.Unknown, "duplicate initial request received"));
            }
        }
        finally
        {
            client.Close();
            await pubSub.CloseStreamAsync(subscription);
        }
    }

    private async Task OpenAsync(Subscription subscription, StreamDelivery client, GrpcCall call)
    {
        if (!pubSub.Has(subscription.PubSub))
        {
            throw GrpcErrors.From(PubSubErrors.NotFound(subscription.PubSub, []), GrpcCode.InvalidArgument);
        }

        if (await pubSub.OpenStreamAsync(subscription, client, call.Cancellation) is { } refusal)
        {
            throw new GrpcException(GrpcCode.Unknown, $"failed to create subscription for {subscription.PubSub}: {refusal}");
        }
    }
}
