namespace Sidecar.Api.Grpc;

/// <summary>The outcome of a gRPC call.</summary>
/// <param name="Code">The status code.</param>
/// <param name="Message">What went wrong, empty for <see cref="GrpcCode.Ok"/>.</param>
internal sealed record GrpcStatus(GrpcCode Code, string Message)
{
    /// <summary>The call succeeded.</summary>
    public static readonly GrpcStatus Ok = new(GrpcCode.Ok, "");

    /// <summary>The message as it travels in <c>grpc-message</c>: UTF-8, percent-encoded outside printable ASCII.</summary>
    public string EncodedMessage => GrpcHeaders.PercentEncode(Message);
}
