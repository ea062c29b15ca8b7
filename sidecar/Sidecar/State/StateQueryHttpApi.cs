using Microsoft.AspNetCore.Http;
using Sidecar.Api.Http;

namespace Sidecar.State;

/// <summary>The alpha query API, which no store here supports: answered with daprd's errors.</summary>
internal sealed class StateQueryHttpApi(IReadOnlyDictionary<string, LoadedStateStore> stores) : IHttpApi
{
    public IReadOnlyList<string> Prefixes { get; } = ["v1.0-alpha1/state"];

    public async Task HandleAsync(HttpContext context, string rest)
    {
        var parts = rest.Split('/');
        if (parts is not [var name, "query"] || !(HttpMethods.IsPost(context.Request.Method) || HttpMethods.IsPut(context.Request.Method)))
        {
            await ApiError.NoRoute.WriteAsync(context);
            return;
        }

        var error = stores.Count == 0 ? StateErrors.NotConfigured(name, null)
            : !stores.TryGetValue(name, out var store) ? StateErrors.NotFound(name, null)
            : StateErrors.QueryOf(store, (await RequestBytes.ReadAsync(context)).Body);
        await error.WriteAsync(context);
    }
}
