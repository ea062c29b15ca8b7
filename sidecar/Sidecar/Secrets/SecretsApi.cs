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
    public Task HandleAsync(HttpContext context, string rest)
    {
        var slash = rest.IndexOf('/', StringComparison.Ordinal);
        if (!HttpMethods.IsGet(context.Request.Method) || slash <= 0 || slash == rest.Length - 1 || rest.IndexOf('/', slash + 1) >= 0)
        {
            return ApiError.NoRoute.WriteAsync(context);
        }

        var storeName = Uri.UnescapeDataString(rest[..slash]);
        var name = Uri.UnescapeDataString(rest[(slash + 1)..]);
        if (reader.Find(storeName, out var error) is not { } store)
        {
            return error!.WriteAsync(context);
        }

        if (name == "bulk")
        {
            return WriteAsync(context, reader.GetAll(storeName, store));
        }

        return reader.Get(storeName, store, name, out error) is { } secret ? WriteAsync(context, secret) : error!.WriteAsync(context);
    }

    private static async Task WriteAsync<T>(HttpContext context, T value)
    {
        context.Response.ContentType = "application/json";
        await JsonSerializer.SerializeAsync(context.Response.Body, value, cancellationToken: context.RequestAborted);
    }
}
