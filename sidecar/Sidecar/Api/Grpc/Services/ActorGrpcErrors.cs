using Sidecar.Actors;
using Sidecar.Api.Http;

namespace Sidecar.Api.Grpc.Services;

/// <summary>The errors of the actors API with the codes that gRPC clients get; daprd sends them without details.</summary>
internal static class ActorGrpcErrors
{
    /// <summary>Refuses calls without a placement service, and those of the workflow engine's own types.</summary>
    public static void CheckType(RuntimeServices services, string type)
    {
        CheckPlacement(services);
        if (ActorNames.IsReserved(type))
        {
            throw Of(ActorErrors.Reserved(type));
        }
    }

    /// <summary>Refuses calls without a placement service.</summary>
    public static void CheckPlacement(RuntimeServices services)
    {
        if (!services.Options.HasPlacement)
        {
            throw Of(ActorErrors.NoPlacement);
        }
    }

    /// <summary>Throws an error, if there is one.</summary>
    public static void Check(ApiError? error)
    {
        if (error is not null)
        {
            throw Of(error);
        }
    }

    /// <summary>The error of a method that could not be called.</summary>
    public static GrpcException Of(ActorFailure failure) => failure.Kind switch
    {
        ActorFailureKind.StackDepth => Of(ActorErrors.StackDepth),
        ActorFailureKind.NoHost => new GrpcException(GrpcCode.FailedPrecondition, failure.Message, "ERR_ACTOR_NO_ADDRESS"),
        _ => Of(ActorErrors.Invoke(failure.Message)),
    };

    /// <summary>An error with its code.</summary>
    public static GrpcException Of(ApiError error) => GrpcErrors.Plain(error, (error.ErrorCode, error.Status) switch
    {
        ("ERR_ACTOR_NO_PLACEMENT", _) => GrpcCode.Unavailable,
        ("ERR_ACTOR_STACK_DEPTH", _) => GrpcCode.ResourceExhausted,
        ("ERR_ACTOR_INSTANCE_MISSING", _) => GrpcCode.Internal,
        (_, 400) => GrpcCode.InvalidArgument,
        (_, 403) => GrpcCode.PermissionDenied,
        (_, 404) => GrpcCode.NotFound,
        (_, 409) => GrpcCode.AlreadyExists,
        _ => GrpcCode.Internal,
    });
}
