using Sidecar.Api.Grpc;
using Sidecar.Api.Http;

namespace Sidecar.Locks;

/// <summary>Why a lock was neither taken nor refused, as both APIs say it.</summary>
/// <param name="Http">The answer over HTTP.</param>
/// <param name="Grpc">The status over gRPC; its text is that of <paramref name="Http"/>.</param>
internal sealed record LockFailure(ApiError Http, GrpcCode Grpc)
{
    public static LockFailure NotConfigured { get; } = new(new ApiError(500, "ERR_LOCK_STORE_NOT_CONFIGURED", "lock store is not configured"), GrpcCode.FailedPrecondition);

    public static LockFailure NotFound(string store) => new(new ApiError(400, "ERR_LOCK_STORE_NOT_FOUND", $"lock store {store} not found"), GrpcCode.InvalidArgument);

    public static LockFailure Invalid(string store, string problem) => new(new ApiError(400, "ERR_MALFORMED_REQUEST", $"{problem} in lock store {store}"), GrpcCode.InvalidArgument);

    public static LockFailure TryLock(string problem) => new(new ApiError(500, "ERR_TRY_LOCK", $"failed to try acquiring lock: {problem}"), GrpcCode.Internal);

    public static LockFailure Unlock(string problem) => new(new ApiError(500, "ERR_UNLOCK", $"failed to release lock: {problem}"), GrpcCode.Internal);
}

/// <summary>The outcome of a call: a value, or why there is none.</summary>
internal readonly record struct LockResult<T>(T Value, LockFailure? Failure)
{
    public static implicit operator LockResult<T>(T value) => new(value, null);

    public static implicit operator LockResult<T>(LockFailure failure) => new(default!, failure);
}
