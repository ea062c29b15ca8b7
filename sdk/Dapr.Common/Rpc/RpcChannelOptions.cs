using System.Reflection;

namespace Dapr.Common.Rpc;

/// <summary>Where and how gRPC calls go.</summary>
internal sealed record RpcChannelOptions(Uri Endpoint, Assembly Caller)
{
    /// <summary>Sent as dapr-api-token when not blank.</summary>
    public string? ApiToken { get; init; }

    /// <summary>The longest message to accept, in bytes; null: no limit.</summary>
    public int? MaxReceiveMessageSize { get; init; }

    /// <summary>The longest message to send, in bytes; null: no limit.</summary>
    public int? MaxSendMessageSize { get; init; }

    /// <summary>The clock of deadlines.</summary>
    public TimeProvider Time { get; init; } = TimeProvider.System;
}
