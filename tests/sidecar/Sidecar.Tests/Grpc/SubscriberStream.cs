using Dapr.Proto.Runtime.V1;

namespace Sidecar.Tests.Grpc;

/// <summary>A client that holds a streaming subscription open.</summary>
internal sealed class SubscriberStream : IAsyncDisposable
{
    private DuplexStream<SubscribeTopicEventsRequestAlpha1, SubscribeTopicEventsResponseAlpha1> _stream = null!;

    public static async Task<SubscriberStream> OpenAsync(Uri sidecar, string pubSub, string topic)
    {
        var first = new SubscribeTopicEventsRequestAlpha1 { InitialRequest = new SubscribeTopicEventsRequestInitialAlpha1 { PubsubName = pubSub, Topic = topic } };
        var subscriber = new SubscriberStream { _stream = await DuplexStream<SubscribeTopicEventsRequestAlpha1, SubscribeTopicEventsResponseAlpha1>.OpenAsync(sidecar, "/dapr.proto.runtime.v1.Dapr/SubscribeTopicEventsAlpha1", first) };
        (await subscriber.NextAsync()).InitialResponse.Should().NotBeNull();
        return subscriber;
    }

    public Task<SubscribeTopicEventsResponseAlpha1> NextAsync() => _stream.NextAsync();

    public Task AnswerAsync(string id, TopicEventResponse.Types.TopicEventResponseStatus status) =>
        _stream.SendAsync(new SubscribeTopicEventsRequestAlpha1 { EventProcessed = new SubscribeTopicEventsRequestProcessedAlpha1 { Id = id, Status = new TopicEventResponse { Status = status } } });

    public ValueTask DisposeAsync() => _stream.DisposeAsync();
}
