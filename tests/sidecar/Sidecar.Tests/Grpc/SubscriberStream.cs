using System.Buffers.Binary;
using System.Net;
using System.Net.Http.Headers;
using Dapr.Proto.Runtime.V1;
using Google.Protobuf;

namespace Sidecar.Tests.Grpc;

/// <summary>A client that holds a streaming subscription open.</summary>
internal sealed class SubscriberStream : IAsyncDisposable
{
    private readonly HttpClient _http = new();
    private readonly PushContent _content = new();
    private HttpResponseMessage _response = null!;
    private Stream _body = null!;

    public static async Task<SubscriberStream> OpenAsync(Uri sidecar, string pubSub, string topic)
    {
        var stream = new SubscriberStream();
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(sidecar, "/dapr.proto.runtime.v1.Dapr/SubscribeTopicEventsAlpha1")) { Version = HttpVersion.Version20, VersionPolicy = HttpVersionPolicy.RequestVersionExact, Content = stream._content };
        request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/grpc");
        var sending = stream._http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
        await stream._content.SendAsync(new SubscribeTopicEventsRequestAlpha1 { InitialRequest = new SubscribeTopicEventsRequestInitialAlpha1 { PubsubName = pubSub, Topic = topic } });
        stream._response = await sending;
        stream._body = await stream._response.Content.ReadAsStreamAsync();
        (await stream.NextAsync()).InitialResponse.Should().NotBeNull();
        return stream;
    }

    public async Task<SubscribeTopicEventsResponseAlpha1> NextAsync()
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        var header = new byte[5];
        await _body.ReadExactlyAsync(header, limit.Token);
        var bytes = new byte[BinaryPrimitives.ReadInt32BigEndian(header.AsSpan(1))];
        await _body.ReadExactlyAsync(bytes, limit.Token);
        return SubscribeTopicEventsResponseAlpha1.Parser.ParseFrom(bytes);
    }

    public Task AnswerAsync(string id, TopicEventResponse.Types.TopicEventResponseStatus status) =>
        _content.SendAsync(new SubscribeTopicEventsRequestAlpha1 { EventProcessed = new SubscribeTopicEventsRequestProcessedAlpha1 { Id = id, Status = new TopicEventResponse { Status = status } } });

    public async ValueTask DisposeAsync()
    {
        _content.Complete();
        await _body.DisposeAsync();
        _response.Dispose();
        _http.Dispose();
    }

    private sealed class PushContent : HttpContent
    {
        private readonly TaskCompletionSource<Stream> _open = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private readonly TaskCompletionSource _done = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public async Task SendAsync(IMessage message)
        {
            var stream = await _open.Task;
            await stream.WriteAsync(GrpcTestClient.Frame(message.ToByteArray()));
            await stream.FlushAsync();
        }

        public void Complete() => _done.TrySetResult();

        protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context)
        {
            await stream.FlushAsync();
            _open.TrySetResult(stream);
            await _done.Task;
        }

        protected override bool TryComputeLength(out long length)
        {
            length = 0;
            return false;
        }
    }
}
