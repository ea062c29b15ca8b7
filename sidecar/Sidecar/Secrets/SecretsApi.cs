using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Sidecar.Api.Http;
using Sidecar.Components;

namespace Sidecar.Secrets;

/// <summary><c>GET /v1.0/secrets/{store}/{name}</c> and <c>/bulk</c>.</summary>
internal sealed class SecretsApi(IReadOnlyDictionary<string, ISecretStore> stores, IReadOnlyDictionary<string, SecretScope> scopes) : IHttpApi
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
        if (stores.Count == 0)
        {
            return new ApiError(500, "ERR_SECRET_STORES_NOT_CONFIGURED", "secret store is not configured").WriteAsync(context);
        }

        if (!stores.TryGetValue(storeName, out var store))
        {
            return new ApiError(401, "ERR_SECRET_STORE_NOT_FOUND", $"failed finding secret store with key {storeName}").WriteAsync(context);
        }

        return name == "bulk" ? WriteAllAsync(context, storeName, store) : WriteOneAsync(context, storeName, store, name);
    }

    private Task WriteOneAsync(HttpContext context, string storeName, ISecretStore store, string name)
    {
        if (!IsAllowed(storeName, name))
        {
            return new ApiError(403, "ERR_PERMISSION_DENIED", $"access denied by policy to get \"{name}\" from \"{storeName}\"").WriteAsync(context);
        }

        return store.Get(name) is { } secret
            ? WriteAsync(context, secret)
            : new ApiError(500, "ERR_SECRET_GET", $"failed getting secret with key {name} from secret store {storeName}: secret {name} not found").WriteAsync(context);
    }

    private Task WriteAllAsync(HttpContext context, string storeName, ISecretStore store) =>
        WriteAsync(context, new SortedDictionary<string, IReadOnlyDictionary<string, string>>(
            store.GetAll().Where(secret => IsAllowed(storeName, secret.Key)).ToDictionary(StringComparer.Ordinal),
            StringComparer.Ordinal));

    private bool IsAllowed(string storeName, string name)
    {
        if (!scopes.TryGetValue(storeName, out var scope))
        {
            return true;
        }

        return scope.Allowed.Count > 0
            ? scope.Allowed.Contains(name, StringComparer.Ordinal)
            : !scope.Denied.Contains(name, StringComparer.Ordinal) && scope.DefaultAllow;
    }

    private static async Task WriteAsync<T>(HttpContext context, T value)
    {
        context.Response.ContentType = "application/json";
        await JsonSerializer.SerializeAsync(context.Response.Body, value, cancellationToken: context.RequestAborted);
    }
}
