using Microsoft.AspNetCore.Http;

namespace Sidecar.Api.Http;

/// <summary>The public port: health and metadata alone, without a token.</summary>
internal sealed class PublicDispatcher(IHttpApi health, IHttpApi metadata)
{
    /// <summary>Answers a request.</summary>
    public Task HandleAsync(HttpContext context)
    {
        var path = context.Request.Path;
        if (path.StartsWithSegments("/v1.0/healthz", StringComparison.Ordinal, out var rest))
        {
            return health.HandleAsync(context, rest.Value?.TrimStart('/') ?? "");
        }

        if (path.StartsWithSegments("/v1.0/metadata", StringComparison.Ordinal, out rest))
        {
            return metadata.HandleAsync(context, rest.Value?.TrimStart('/') ?? "");
        }

        return PlainText.WriteNotFoundAsync(context);
    }
}
