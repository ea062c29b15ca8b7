using System.Net;
using System.Text.Json;

namespace Dapr.Client;

internal sealed partial class DaprHttpClient
{
    public override async Task SaveStateAsync<TValue>(
        string storeName,
        string key,
        TValue value,
        StateOptions? stateOptions = default,
        IReadOnlyDictionary<string, string>? metadata = default,
        CancellationToken cancellationToken = default)
    {
        CheckKey(storeName, key);
        await SaveAsync(storeName, [new StateItem(key, ToJson(value), ETag: null, stateOptions, metadata)], cancellationToken);
    }

    public override Task<bool> TrySaveStateAsync<TValue>(
        string storeName,
        string key,
        TValue value,
        string etag,
        StateOptions? stateOptions = default,
        IReadOnlyDictionary<string, string>? metadata = default,
        CancellationToken cancellationToken = default)
    {
        CheckKey(storeName, key);
        ArgumentNullException.ThrowIfNull(etag);
        return SaveAsync(storeName, [new StateItem(key, ToJson(value), etag, stateOptions, metadata)], cancellationToken, HttpStatusCode.Conflict);
    }

    public override async Task SaveByteStateAsync(
        string storeName,
        string key,
        ReadOnlyMemory<byte> binaryValue,
        StateOptions? stateOptions = default,
        IReadOnlyDictionary<string, string>? metadata = default,
        CancellationToken cancellationToken = default)
    {
        CheckKey(storeName, key);
        await SaveAsync(storeName, [new StateItem(key, CheckedJson(binaryValue), ETag: null, stateOptions, metadata)], cancellationToken);
    }

    public override Task<bool> TrySaveByteStateAsync(
        string storeName,
        string key,
        ReadOnlyMemory<byte> binaryValue,
        string etag,
        StateOptions? stateOptions = default,
        IReadOnlyDictionary<string, string>? metadata = default,
        CancellationToken cancellationToken = default)
    {
        CheckKey(storeName, key);
        ArgumentNullException.ThrowIfNull(etag);
        return SaveAsync(storeName, [new StateItem(key, CheckedJson(binaryValue), etag, stateOptions, metadata)], cancellationToken, HttpStatusCode.Conflict);
    }

    public override async Task SaveBulkStateAsync<TValue>(string storeName, IReadOnlyList<SaveStateItem<TValue>> items, CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(storeName);
        ArgumentNullException.ThrowIfNull(items);
        if (items.Count == 0)
        {
            throw new ArgumentException("There must be at least one item.", nameof(items));
        }

        await SaveAsync(storeName, [.. items.Select(item => new StateItem(item.Key, ToJson(item.Value), item.ETag, item.StateOptions, item.Metadata))], cancellationToken);
    }

    public override async Task DeleteStateAsync(
        string storeName,
        string key,
        StateOptions? stateOptions = default,
        IReadOnlyDictionary<string, string>? metadata = default,
        CancellationToken cancellationToken = default) =>
        await DeleteAsync(storeName, key, etag: null, stateOptions, metadata, cancellationToken);

    public override Task<bool> TryDeleteStateAsync(
        string storeName,
        string key,
        string etag,
        StateOptions? stateOptions = default,
        IReadOnlyDictionary<string, string>? metadata = default,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(etag);
        return DeleteAsync(storeName, key, etag, stateOptions, metadata, cancellationToken, HttpStatusCode.Conflict);
    }

    public override async Task DeleteBulkStateAsync(string storeName, IReadOnlyList<BulkDeleteStateItem> items, CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(storeName);
        ArgumentNullException.ThrowIfNull(items);

        // The HTTP API has no bulk delete; the gRPC one is not atomic either.
        foreach (var item in items)
        {
            await DeleteAsync(storeName, item.Key, item.ETag, item.StateOptions, item.Metadata, cancellationToken);
        }
    }

    public override async Task ExecuteStateTransactionAsync(
        string storeName,
        IReadOnlyList<StateTransactionRequest> operations,
        IReadOnlyDictionary<string, string>? metadata = default,
        CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(storeName);
        ArgumentNullException.ThrowIfNull(operations);
        if (operations.Count == 0)
        {
            throw new ArgumentException("There must be at least one operation.", nameof(operations));
        }

        var request = Request(HttpMethod.Post, $"/v1.0/state/{Escape(storeName)}/transaction");
        request.Content = Json(writer =>
        {
            writer.WriteStartObject();
            writer.WriteStartArray("operations");
            foreach (var operation in operations)
            {
                WriteOperation(writer, operation);
            }

            writer.WriteEndArray();
            WriteMetadata(writer, metadata);
            writer.WriteEndObject();
        });
        await SendAsync(request, StateOperation, cancellationToken);
    }

    private async Task<bool> SaveAsync(string storeName, IReadOnlyList<StateItem> items, CancellationToken cancellationToken, HttpStatusCode? conflict = null)
    {
        var request = Request(HttpMethod.Post, $"/v1.0/state/{Escape(storeName)}");
        request.Content = Json(writer =>
        {
            writer.WriteStartArray();
            foreach (var item in items)
            {
                WriteItem(writer, item);
            }

            writer.WriteEndArray();
        });
        var answer = await SendAsync(request, StateOperation, cancellationToken, conflict);
        return answer.Status != conflict;
    }

    private async Task<bool> DeleteAsync(
        string storeName,
        string key,
        string? etag,
        StateOptions? options,
        IReadOnlyDictionary<string, string>? metadata,
        CancellationToken cancellationToken,
        HttpStatusCode? conflict = null)
    {
        CheckKey(storeName, key);
        var query = new List<(string, string)>();
        if (options?.Consistency is { } consistency)
        {
            query.Add(("consistency", Name(consistency)));
        }

        if (options?.Concurrency is { } concurrency)
        {
            query.Add(("concurrency", Name(concurrency)));
        }

        var request = Request(HttpMethod.Delete, KeyPath(storeName, key), metadata, query);
        if (etag is not null)
        {
            request.Headers.TryAddWithoutValidation("If-Match", etag);
        }

        var answer = await SendAsync(request, StateOperation, cancellationToken, conflict);
        return answer.Status != conflict;
    }

    private byte[]? ToJson<TValue>(TValue value) => value is null ? null : JsonSerializer.SerializeToUtf8Bytes(value, json);

    private static byte[] CheckedJson(ReadOnlyMemory<byte> bytes)
    {
        try
        {
            using var document = JsonDocument.Parse(bytes);
            return bytes.ToArray();
        }
        catch (JsonException exception)
        {
            throw new NotSupportedException("The sidecar's HTTP API stores JSON: these bytes are not JSON in UTF-8. Save an object with a byte[] member instead.", exception);
        }
    }

    private static void WriteOperation(Utf8JsonWriter writer, StateTransactionRequest operation)
    {
        writer.WriteStartObject();
        writer.WriteString("operation", operation.OperationType == StateOperationType.Delete ? "delete" : "upsert");
        writer.WritePropertyName("request");
        var value = operation is { OperationType: StateOperationType.Delete } or { Value: null } ? null : CheckedJson(operation.Value);
        WriteItem(writer, new StateItem(operation.Key, value, operation.ETag, operation.Options, operation.Metadata));
        writer.WriteEndObject();
    }

    private static void WriteItem(Utf8JsonWriter writer, StateItem item)
    {
        writer.WriteStartObject();
        writer.WriteString("key", item.Key);
        if (item.Value is not null)
        {
            writer.WritePropertyName("value");
            writer.WriteRawValue(item.Value);
        }

        if (item.ETag is not null)
        {
            writer.WriteString("etag", item.ETag);
        }

        if (item.Options is { } options)
        {
            writer.WriteStartObject("options");
            if (options.Concurrency is { } concurrency)
            {
                writer.WriteString("concurrency", Name(concurrency));
            }

            if (options.Consistency is { } consistency)
            {
                writer.WriteString("consistency", Name(consistency));
            }

            writer.WriteEndObject();
        }

        WriteMetadata(writer, item.Metadata);
        writer.WriteEndObject();
    }

    private static void WriteMetadata(Utf8JsonWriter writer, IReadOnlyDictionary<string, string>? metadata)
    {
        if (metadata is { Count: > 0 })
        {
            writer.WriteStartObject("metadata");
            foreach (var (name, value) in metadata)
            {
                writer.WriteString(name, value);
            }

            writer.WriteEndObject();
        }
    }

    private sealed record StateItem(string Key, byte[]? Value, string? ETag, StateOptions? Options, IReadOnlyDictionary<string, string>? Metadata);
}
