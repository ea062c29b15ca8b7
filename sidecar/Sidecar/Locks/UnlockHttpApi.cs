using Microsoft.AspNetCore.Http;
using Sidecar.Api.Http;

namespace Sidecar.Locks;

/// <summary><c>POST /v1.0-alpha1/unlock/{store}</c>.</summary>
internal sealed class UnlockHttpApi(LockStores stores) : IHttpApi
{
    /// <inheritdoc />
    public IReadOnlyList<string> Prefixes { get; } = ["v1.0-alpha1/unlock"];

    /// <inheritdoc />
    public Task HandleAsync(HttpContext context, string rest) => LockHttp.HandleAsync(context, rest, async (store, request) =>
    {
        var (status, failure) = await stores.UnlockAsync(store, request.Resource, request.Owner, context.RequestAborted);
        return (failure, $"{{\"status\":{(int)status}}}");
    });
}
