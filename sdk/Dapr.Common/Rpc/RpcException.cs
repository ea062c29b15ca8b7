namespace Dapr.Common.Rpc;

/// <summary>
/// A gRPC call that ended with another status than OK. It stands where the official packages throw Grpc.Core.RpcException and is
/// no DaprException either, so that code which catches DaprException behaves the same with both.
/// </summary>
internal sealed class RpcException(RpcStatusCode statusCode, string detail, Exception? inner = null)
    : Exception($"Status(StatusCode=\"{statusCode}\", Detail=\"{detail}\")", inner)
{
    public RpcStatusCode StatusCode { get; } = statusCode;

    public string Detail { get; } = detail;
}
