using Dapr.Proto.Runtime.V1;
using Sidecar.Locks;

namespace Sidecar.Api.Grpc.Services;

/// <summary>Locks over gRPC.</summary>
internal sealed class LockGrpcApi(LockStores stores) : IGrpcApi
{
    public IReadOnlyList<GrpcMethod> Methods =>
    [
        DaprMethod.Unary<TryLockRequest, TryLockResponse>("TryLockAlpha1", async (request, call) =>
        {
            var (success, failure) = await stores.TryLockAsync(request.StoreName, request.ResourceId, request.LockOwner, request.ExpiryInSeconds, call.Cancellation);
            return failure is null ? new TryLockResponse { Success = success } : throw GrpcErrors.Plain(failure.Http, failure.Grpc);
        }),
        DaprMethod.Unary<UnlockRequest, UnlockResponse>("UnlockAlpha1", async (request, call) =>
        {
            var (status, failure) = await stores.UnlockAsync(request.StoreName, request.ResourceId, request.LockOwner, call.Cancellation);
            return failure is null ? new UnlockResponse { Status = (UnlockResponse.Types.Status)(int)status } : throw GrpcErrors.Plain(failure.Http, failure.Grpc);
        }),
    ];
}
