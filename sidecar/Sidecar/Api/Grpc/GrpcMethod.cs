using Google.Protobuf;

namespace Sidecar.Api.Grpc;

/// <summary>One call of a gRPC service.</summary>
/// <param name="Path">The path it is called by, e.g. <c>/TaskHubSidecarService/Hello</c>.</param>
/// <param name="Handle">Reads the request from the call and writes the answers; returning means OK.</param>
internal sealed record GrpcMethod(string Path, Func<GrpcCall, Task> Handle)
{
    /// <summary>The largest request message in bytes; null = the server's limit.</summary>
    public int? MaxMessageSize { get; init; }

    /// <summary>Whether one side sends more than one message.</summary>
    public bool IsStream { get; init; }

    /// <summary>A call with one request and one answer.</summary>
    public static GrpcMethod Unary<TRequest, TResponse>(string path, Func<TRequest, GrpcCall, Task<TResponse>> handler)
        where TRequest : class, IMessage<TRequest>, new()
        where TResponse : IMessage<TResponse> =>
        new(path, async call => await call.WriteAsync(await handler(await call.ReadAsync<TRequest>(), call)));

    /// <summary>A call with one request and any number of answers. The response headers leave at once, so that the client sees an open stream.</summary>
    public static GrpcMethod ServerStreaming<TRequest>(string path, Func<TRequest, GrpcCall, Task> handler)
        where TRequest : class, IMessage<TRequest>, new() =>
        new(path, async call =>
        {
            var request = await call.ReadAsync<TRequest>();
            await call.SendHeadersAsync();
            await handler(request, call);
        })
        { IsStream = true };

    /// <summary>A call in which both sides send any number of messages; the handler decides when the response headers leave.</summary>
    public static GrpcMethod Duplex(string path, Func<GrpcCall, Task> handler) => new(path, handler) { IsStream = true };
}
