namespace Sidecar.Api.Grpc;

/// <summary>One building block's part of the gRPC API.</summary>
internal interface IGrpcApi
{
    /// <summary>The calls it serves; paths are unique within a sidecar.</summary>
    IReadOnlyList<GrpcMethod> Methods { get; }
}
