namespace Dapr.Common.Exceptions;

/// <summary>What a sidecar tells of an error beyond code and message.</summary>
/// <param name="Code">The status code of gRPC.</param>
/// <param name="Message">The message.</param>
public sealed record DaprExtendedErrorInfo(int Code, string Message)
{
    /// <summary>The details.</summary>
    public DaprExtendedErrorDetail[] Details { get; init; } = [];
}
