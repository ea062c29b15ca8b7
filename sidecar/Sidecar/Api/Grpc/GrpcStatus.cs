using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;

namespace Sidecar.Api.Grpc;

/// <summary>The outcome of a gRPC call.</summary>
/// <param name="Code">The status code.</param>
/// <param name="Message">What went wrong, empty for <see cref="GrpcCode.Ok"/>.</param>
internal sealed record GrpcStatus(GrpcCode Code, string Message)
{
    /// <summary>The call succeeded.</summary>
    public static readonly GrpcStatus Ok = new(GrpcCode.Ok, "");

    /// <summary>What is known beyond the message: messages of <c>google.rpc</c>.</summary>
    public IReadOnlyList<IMessage> Details { get; init; } = [];

    /// <summary>The error code under which it is counted; it does not travel. Null when there is none.</summary>
    public string? Reason { get; init; }

    /// <summary>The message as it travels in <c>grpc-message</c>: UTF-8, percent-encoded outside printable ASCII.</summary>
    public string EncodedMessage => GrpcHeaders.PercentEncode(Message);

    /// <summary>The details as they travel in <c>grpc-status-details-bin</c>; null without any.</summary>
    public string? EncodedDetails =>
        Details.Count == 0 ? null : Convert.ToBase64String(ToMessage().ToByteArray()).TrimEnd('=');

    /// <summary>The status with its details as one message.</summary>
    public Google.Rpc.Wire.Status ToMessage() => new() { Code = (int)Code, Message = Message, Details = { Details.Select(detail => Any.Pack(detail)) } };
}
