using Microsoft.AspNetCore.Http;
using Sidecar.Api.Http;

namespace Sidecar.Locks;

/// <summary><c>POST /v1.0-alpha1/lock/{store}</c>.</summary>
internal sealed class TryLockHttpApi(LockStores stores) : IHttpApi
{
    /// <inheritdoc />
    public IReadOnlyList<string> Prefixes { get; } = ["v1.0-alpha1/lock"];

    /// <inheritdoc />
    public Task HandleAsync(HttpContext context, string rest) => LockHttp.HandleAsync(context, rest, async (store, request) =>
    {
        var (success, failure) = await stores.TryLockAsync(store, request.Resource, request.Owner, request.Expiry, context.RequestAborted);
        return (failure, $"{{\"success\":{(success ? "true" : "false")}}}");
    });
}
