using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Sidecar.Api.Http;
using Sidecar.Telemetry;

namespace Sidecar.State;

/// <summary><c>/v1.0/state/{store}</c>: save, get, delete, bulk get and transactions.</summary>
internal sealed class StateHttpApi(IReadOnlyDictionary<string, LoadedStateStore> stores, string appId, Tracing tracing) : IHttpApi
{
    public IReadOnlyList<string> Prefixes { get; } = ["v1.0/state"];

    public async Task HandleAsync(HttpContext context, string rest)
    {
        var raw = rest.Split('/');
        var parts = raw.Select(RequestMetadata.Decode).ToList();
        if (parts.Contains(null))
        {
            await RequestMetadata.WriteBadPathAsync(context);
            return;
        }

        var method = context.Request.Method;
        var write = HttpMethods.IsPost(method) || HttpMethods.IsPut(method);
        Func<LoadedStateStore, Task<ApiError?>>? handler = (raw, method) switch
        {
            ([_], _) when write => store => SaveAsync(context, store),
            ([_, "bulk"], _) when write => store => BulkGetAsync(context, store),
            ([_, "transaction"], _) when write => store => TransactAsync(context, store),
            ([_, { Length: > 0 }], "GET") => store => GetAsync(context, store, parts[1]!),
            ([_, { Length: > 0 }], "DELETE") => store => DeleteAsync(context, store, parts[1]!),
            _ => null,
        };
        var error = handler is null ? ApiError.NoRoute
            : stores.Count == 0 ? StateErrors.NotConfigured(parts[0]!, appId)
            : stores.TryGetValue(parts[0]!, out var store) ? await handler(store)
            : StateErrors.NotFound(parts[0]!, appId);
        if (error is not null)
        {
            await error.WriteAsync(context);
        }
    }

    private static async Task<ApiError?> GetAsync(HttpContext context, LoadedStateStore store, string key)
    {
        if (StateKeys.Problem(key) is { } problem)
        {
            return StateErrors.InvalidKey(store.Name, key, problem);
        }

        StateItem? item;
        try
        {
            item = await store.GetAsync(key, context.RequestAborted);
        }
        catch (Exception exception) when (!context.RequestAborted.IsCancellationRequested)
        {
            return StateErrors.Get(store.Name, key, exception.Message);
        }

        if (item is null)
        {
            context.Response.StatusCode = StatusCodes.Status204NoContent;
            return null;
        }

        if (item.ETag is not null)
        {
            context.Response.Headers.ETag = item.ETag;
        }

        await StateAnswer.WriteAsync(context, item);
        return null;
    }

    private static async Task<ApiError?> DeleteAsync(HttpContext context, LoadedStateStore store, string key)
    {
        if (StateKeys.Problem(key) is { } problem)
        {
            return StateErrors.InvalidKey(store.Name, key, problem);
        }

        var query = context.Request.Query;
        var ifMatch = context.Request.Headers.IfMatch;
        var operation = new DeleteOperation(
            store.Keys.Stored(key),
            ifMatch.Count > 0 ? ifMatch[0] : null,
            query["concurrency"].FirstOrDefault() ?? "",
            query["consistency"].FirstOrDefault() ?? "",
            RequestMetadata.From(context.Request));
        return await ApplyAsync(context, () => store.ApplyAsync(operation, context.RequestAborted), failure => StateErrors.Delete(key, failure));
    }

    private async Task<ApiError?> SaveAsync(HttpContext context, LoadedStateStore store)
    {
        var (body, _) = await RequestBytes.ReadAsync(context);
        using var document = GoJson.Decode(body, out var syntax);
        if (document is null)
        {
            return StateErrors.Malformed(syntax!);
        }

        if (StateRequests.ReadSave(document.RootElement, store, RequestMetadata.From(context.Request), out var operations) is { } error)
        {
            return error;
        }

        if (operations.Count == 0)
        {
            context.Response.StatusCode = StatusCodes.Status204NoContent;
            return null;
        }

        return await ApplyAsync(context, () => store.SaveAsync(operations, context.RequestAborted), failure => StateErrors.Save(store.Name, failure));
    }

    private async Task<ApiError?> TransactAsync(HttpContext context, LoadedStateStore store)
    {
        var (body, _) = await RequestBytes.ReadAsync(context);
        using var document = GoJson.Decode(body, out var syntax);
        if (document is null)
        {
            return StateErrors.MalformedBody(syntax!);
        }

        if (StateTransactionBody.Read(document.RootElement, store, RequestMetadata.From(context.Request), out var operations) is { } error)
        {
            return error;
        }

        return await ApplyAsync(context, () => store.ExecuteTransactionAsync(operations, tracing.Of(context), context.RequestAborted), failure => StateErrors.Transaction(failure, appId));
    }

    private async Task<ApiError?> BulkGetAsync(HttpContext context, LoadedStateStore store)
    {
        var (body, _) = await RequestBytes.ReadAsync(context);
        using var document = GoJson.Decode(body, out var syntax);
        if (document is null)
        {
            return StateErrors.MalformedBody(syntax!);
        }

        if (StateRequests.ReadKeys(document.RootElement, store, out var keys) is { } error)
        {
            return error;
        }

        IReadOnlyList<(string Key, StateItem? Item)> items;
        try
        {
            items = await store.ListAsync(keys, context.RequestAborted);
        }
        catch (Exception exception) when (!context.RequestAborted.IsCancellationRequested)
        {
            return StateErrors.BulkGet(exception.Message);
        }

        await WriteItemsAsync(context, items);
        return null;
    }

    private static async Task WriteItemsAsync(HttpContext context, IReadOnlyList<(string Key, StateItem? Item)> items)
    {
        context.Response.ContentType = "application/json";
        await using var writer = new Utf8JsonWriter(context.Response.BodyWriter);
        writer.WriteStartArray();
        foreach (var (key, found) in items)
        {
            writer.WriteStartObject();
            writer.WriteString("key", key);
            if (found is { } item)
            {
                StateRequests.WriteItem(writer, item);
            }

            writer.WriteEndObject();
        }

        writer.WriteEndArray();
        await writer.FlushAsync(context.RequestAborted);
        await context.Response.BodyWriter.WriteAsync("\n"u8.ToArray(), context.RequestAborted);
    }

    private static async Task<ApiError?> ApplyAsync(HttpContext context, Func<Task<StateFailure?>> change, Func<StateFailure, ApiError> explain)
    {
        StateFailure? failure;
        try
        {
            failure = await change();
        }
        catch (Exception exception) when (!context.RequestAborted.IsCancellationRequested)
        {
            // Whatever a store's driver throws becomes the API's error.
            failure = StateFailure.Refused(exception.Message);
        }

        if (failure is not null)
        {
            return explain(failure);
        }

        context.Response.StatusCode = StatusCodes.Status204NoContent;
        return null;
    }
}
