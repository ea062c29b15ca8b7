namespace Sidecar.Api.Grpc;

/// <summary>Ends a call with a status that is not OK. Handlers throw it; nothing else of theirs reaches the client in words.</summary>
internal sealed class GrpcException(GrpcStatus status, Exception? inner = null) : Exception(status.Message, inner)
{
    /// <summary>Ends a call with a code and a message; <paramref name="reason"/> is the error code under which it is counted.</summary>
    public GrpcException(GrpcCode code, string message, string? reason = null)
        : this(new GrpcStatus(code, message) { Reason = reason })
    {
    }

    /// <summary>What the client gets.</summary>
    public GrpcStatus Status { get; } = status;
}
