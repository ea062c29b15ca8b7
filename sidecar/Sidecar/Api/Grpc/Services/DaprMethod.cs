using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;

namespace Sidecar.Api.Grpc.Services;

/// <summary>Calls of the Dapr service by their name.</summary>
internal static class DaprMethod
{
    private const string Service = "/dapr.proto.runtime.v1.Dapr/";

    /// <summary>A call with one request and one answer.</summary>
    public static GrpcMethod Unary<TRequest, TResponse>(string name, Func<TRequest, GrpcCall, Task<TResponse>> handler)
        where TRequest : class, IMessage<TRequest>, new()
        where TResponse : IMessage<TResponse> => GrpcMethod.Unary<TRequest, TResponse>(Service + name, (request, call) =>
        {
            MessageTags.Add(call.Context, Service + name, request);
            return handler(request, call);
        });

    /// <summary>A call that answers nothing but its status.</summary>
    public static GrpcMethod Command<TRequest>(string name, Func<TRequest, GrpcCall, Task> handler)
        where TRequest : class, IMessage<TRequest>, new() =>
        Unary<TRequest, Empty>(name, async (request, call) =>
        {
            await handler(request, call);
            return new Empty();
        });

    /// <summary>A call in which both sides stream.</summary>
    public static GrpcMethod Duplex(string name, Func<GrpcCall, Task> handler) => GrpcMethod.Duplex(Service + name, handler);

    /// <summary>A call that the sidecar knows and does not have.</summary>
    public static GrpcMethod Unimplemented(string name) =>
        GrpcMethod.Duplex(Service + name, _ => throw new GrpcException(GrpcCode.Unimplemented, "this API is currently not implemented"));
}
