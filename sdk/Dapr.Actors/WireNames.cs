namespace Dapr.Actors;

/// <summary>Names of the actor protocol between apps and sidecars.</summary>
internal static class WireNames
{
    internal const string Namespace = "urn:actors";

    /// <summary>The header of a typed call: interface, method, actor.</summary>
    internal const string RequestHeader = "X-DaprRequestHeader";

    /// <summary>Present on an answer with status 200 when the actor threw.</summary>
    internal const string ErrorHeader = "X-DaprErrorResponseHeader";

    /// <summary>The chain of calls that a reentrant call belongs to.</summary>
    internal const string ReentrancyHeader = "Dapr-Reentrancy-Id";

    internal const string TtlHeader = "Metadata.ttlExpireTime";

    internal const string JsonContentType = "application/json; charset=utf-8";

    internal const string TypedContentType = "application/octet-stream; charset=utf-8";
}
