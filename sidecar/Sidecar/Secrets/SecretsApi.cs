using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Sidecar.Api.Http;

namespace Sidecar.Secrets;

/// <summary><c>GET /v1.0/secrets/{store}/{name}</c> and <c>/bulk</c>.</summary>
internal sealed class SecretsApi(SecretReader reader) : IHttpApi
{
    /// <inheritdoc />
    public IReadOnlyList<string> Prefixes { get; } = ["v1.0/secrets"];

    /// <inheritdoc />
    public async Task HandleAsync(HttpContext context, string rest)
    {
        var slash = rest.IndexOf('/', StringComparison.Ordinal);
        if (!HttpMethods.IsGet(context.Request.Method) || slash <= 0 || slash == rest.Length - 1 || rest.IndexOf('/', slash + 1) >= 0)
        {
            await ApiError.NoRoute.WriteAsync(context);
            return;
        }

        if (RequestMetadata.Decode(rest[..slash]) is not { } storeName || RequestMetadata.Decode(rest[(slash + 1)..]) is not { } name)
        {
            await RequestMetadata.WriteBadPathAsync(context);
            return;
        }

        if (name == "bulk")
        {
            var (secrets, problem) = await reader.GetAllAsync(storeName, context.RequestAborted);
            await (problem is null ? WriteAsync(context, secrets) : problem.WriteAsync(context));
            return;
        }

        var (secret, error) = await reader.GetAsync(storeName, name, context.RequestAborted);
        await (error is null ? WriteAsync(context, secret) : error.WriteAsync(context));
    }

    private static async Task WriteAsync<T>(HttpContext context, T value)
    {
        context.Response.ContentType = "application/json";
        await JsonSerializer.SerializeAsync(context.Response.Body, value, cancellationToken: context.RequestAborted);
    }
}
