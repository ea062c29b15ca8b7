using System.Buffers.Binary;
using System.Net;
using System.Net.Http.Headers;
using Conformance.Grpc;
using Google.Protobuf;

namespace Sidecar.Tests.Grpc;

/// <summary>A call whose two directions stay open: the client writes and reads as it likes.</summary>
internal sealed class DuplexStream<TRequest, TResponse> : IAsyncDisposable
    where TRequest : IMessage<TRequest>
    where TResponse : IMessage<TResponse>, new()
{
    private readonly HttpClient _http = new();
    private readonly PushContent _content = new();
    private HttpResponseMessage _response = null!;
    private Stream _body = null!;

    /// <summary>The headers of the answer, once there are.</summary>
    public HttpResponseMessage Response => _response;

    /// <summary>Opens the call with its first message.</summary>
    public static async Task<DuplexStream<TRequest, TResponse>> OpenAsync(Uri sidecar, string path, TRequest first)
    {
        var stream = new DuplexStream<TRequest, TResponse>();
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(sidecar, path)) { Version = HttpVersion.Version20, VersionPolicy = HttpVersionPolicy.RequestVersionExact, Content = stream._content };
        request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/grpc");
        var sending = stream._http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
        await stream.SendAsync(first);
        stream._response = await sending;
        stream._body = await stream._response.Content.ReadAsStreamAsync();
        return stream;
    }

    public async Task<TResponse> NextAsync()
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        var header = new byte[5];
        await _body.ReadExactlyAsync(header, limit.Token);
        var bytes = new byte[BinaryPrimitives.ReadInt32BigEndian(header.AsSpan(1))];
        await _body.ReadExactlyAsync(bytes, limit.Token);
        var message = new TResponse();
        message.MergeFrom(bytes);
        return message;
    }

    public Task SendAsync(TRequest message) => _content.SendAsync(GrpcTestClient.Frame(message.ToByteArray()));

    public async ValueTask DisposeAsync()
    {
        _content.Complete();
        await _body.DisposeAsync();
        _response.Dispose();
        _http.Dispose();
    }
}
