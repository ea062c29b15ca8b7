using System.Buffers.Binary;
using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Runtime.CompilerServices;
using Google.Protobuf;
using Sidecar.Api.Grpc;

namespace Conformance;

/// <summary>A bare gRPC client over cleartext HTTP/2: what is on the wire is what a test sees.</summary>
internal sealed class GrpcTestClient(Uri address) : IDisposable
{
    private readonly HttpClient _http = new(new SocketsHttpHandler { EnableMultipleHttp2Connections = true, RequestHeaderEncodingSelector = static (_, _) => System.Text.Encoding.UTF8 }) { BaseAddress = address, Timeout = Timeout.InfiniteTimeSpan };

    /// <summary>Metadata that every call carries.</summary>
    public Dictionary<string, string> Metadata { get; } = new(StringComparer.Ordinal);

    public async Task<TResponse> CallAsync<TRequest, TResponse>(string path, TRequest request, TimeSpan? timeout = null, CancellationToken cancellation = default)
        where TRequest : IMessage<TRequest>
        where TResponse : IMessage<TResponse>, new()
    {
        using var response = await SendAsync(path, Frame(request.ToByteArray()), timeout, cancellation);
        TResponse? answer = default;
        await foreach (var message in ReadAsync<TResponse>(response, cancellation))
        {
            answer = message;
        }

        ThrowUnlessOk(response);
        return answer ?? throw new InvalidOperationException("OK without a message");
    }

    public IAsyncEnumerable<TResponse> StreamAsync<TRequest, TResponse>(string path, TRequest request, CancellationToken cancellation = default)
        where TRequest : IMessage<TRequest>
        where TResponse : IMessage<TResponse>, new() => StreamAsync<TRequest, TResponse>(path, [request], cancellation);

    public async IAsyncEnumerable<TResponse> StreamAsync<TRequest, TResponse>(string path, IEnumerable<TRequest> requests, [EnumeratorCancellation] CancellationToken cancellation = default)
        where TRequest : IMessage<TRequest>
        where TResponse : IMessage<TResponse>, new()
    {
        using var response = await SendAsync(path, [.. requests.SelectMany(request => Frame(request.ToByteArray()))], timeout: null, cancellation);
        await foreach (var message in ReadAsync<TResponse>(response, cancellation))
        {
            yield return message;
        }

        ThrowUnlessOk(response);
    }

    public async Task<HttpResponseMessage> SendAsync(string path, byte[] body, TimeSpan? timeout = null, CancellationToken cancellation = default)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, path) { Version = HttpVersion.Version20, VersionPolicy = HttpVersionPolicy.RequestVersionExact };
        request.Content = new ByteArrayContent(body);
        request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/grpc");
        request.Headers.TE.ParseAdd("trailers");
        foreach (var (name, value) in Metadata)
        {
            request.Headers.TryAddWithoutValidation(name, value);
        }

        if (timeout is { } limit)
        {
            request.Headers.Add("grpc-timeout", string.Create(CultureInfo.InvariantCulture, $"{(long)limit.TotalMilliseconds}m"));
        }

        return await _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellation);
    }

    public static byte[] Frame(byte[] message)
    {
        var frame = new byte[5 + message.Length];
        BinaryPrimitives.WriteInt32BigEndian(frame.AsSpan(1), message.Length);
        message.CopyTo(frame, 5);
        return frame;
    }

    public static GrpcStatus StatusOf(HttpResponseMessage response)
    {
        var headers = response.TrailingHeaders.Contains("grpc-status") ? (HttpHeaders)response.TrailingHeaders : response.Headers;
        var code = int.Parse(headers.GetValues("grpc-status").Single(), CultureInfo.InvariantCulture);
        var message = headers.TryGetValues("grpc-message", out var values) ? Uri.UnescapeDataString(values.Single()) : "";
        return new GrpcStatus((GrpcCode)code, message);
    }

    public void Dispose() => _http.Dispose();

    private static async IAsyncEnumerable<T> ReadAsync<T>(HttpResponseMessage response, [EnumeratorCancellation] CancellationToken cancellation)
        where T : IMessage<T>, new()
    {
        await using var stream = await response.Content.ReadAsStreamAsync(cancellation);
        var header = new byte[5];
        while (await stream.ReadAtLeastAsync(header, 5, throwOnEndOfStream: false, cancellation) == 5)
        {
            var payload = new byte[BinaryPrimitives.ReadInt32BigEndian(header.AsSpan(1))];
            await stream.ReadExactlyAsync(payload, cancellation);
            var message = new T();
            message.MergeFrom(payload);
            yield return message;
        }
    }

    private static void ThrowUnlessOk(HttpResponseMessage response)
    {
        var status = StatusOf(response);
        if (status.Code != GrpcCode.Ok)
        {
            throw new GrpcException(status);
        }
    }
}
