using Dapr.Proto.Common.V1;
using Dapr.Proto.Runtime.V1;
using Sidecar.Invocation;

namespace Sidecar.Api.Grpc.Services;

/// <summary>Service invocation over gRPC, and the calls that the sidecar knows but does not have.</summary>
internal sealed class InvokeGrpcApi(GrpcInvocation invocation) : IGrpcApi
{
    private static readonly string[] Subtle = ["GetKey", "Encrypt", "Decrypt", "WrapKey", "UnwrapKey", "Sign", "Verify"];

    public IReadOnlyList<GrpcMethod> Methods =>
    [
        DaprMethod.Unary<InvokeServiceRequest, InvokeResponse>("InvokeService", (request, call) => invocation.InvokeAsync(request.Id, request.Message, call)),
        .. Subtle.Select(name => DaprMethod.Unimplemented($"Subtle{name}Alpha1")),
    ];
}
