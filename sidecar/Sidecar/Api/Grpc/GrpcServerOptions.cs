using Microsoft.AspNetCore.Http;

namespace Sidecar.Api.Grpc;

/// <summary>How a sidecar serves gRPC.</summary>
internal sealed record GrpcServerOptions
{
    /// <summary>The largest request message in bytes; default 4 MiB (daprd's <c>--max-body-size</c>).</summary>
    public int MaxMessageSize { get; init; } = 4 * 1024 * 1024;

    /// <summary>Checks a call before it runs, e.g. its <c>dapr-api-token</c>; a status refuses it. Default: everything is allowed.</summary>
    public Func<HttpRequest, GrpcStatus?>? Authorize { get; init; }
}
