using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Sidecar.Api.Http;
using Sidecar.State.Queries;

namespace Sidecar.State;

/// <summary>The alpha query API.</summary>
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
            : stores.TryGetValue(name, out var store) ? await QueryAsync(context, store)
            : StateErrors.NotFound(name, null);
        if (error is not null)
        {
            await error.WriteAsync(context);
        }
    }

    private static async Task<ApiError?> QueryAsync(HttpContext context, LoadedStateStore store)
    {
        var (body, _) = await RequestBytes.ReadAsync(context);
        var (answer, error) = await StateQueries.RunAsync(store, body, context.RequestAborted);
        if (error is not null)
        {
            return error;
        }

        if (answer.Rows.Count == 0)
        {
            context.Response.StatusCode = StatusCodes.Status204NoContent;
            return null;
        }

        context.Response.ContentType = "application/json";
        await using var writer = new Utf8JsonWriter(context.Response.BodyWriter);
        StateQueries.Write(writer, store, answer);
        await writer.FlushAsync(context.RequestAborted);
        await context.Response.BodyWriter.WriteAsync("\n"u8.ToArray(), context.RequestAborted);
        return null;
    }
}
