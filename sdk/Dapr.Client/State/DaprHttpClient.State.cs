using System.Text.Json;

namespace Dapr.Client;

internal sealed partial class DaprHttpClient
{
    private const string StateOperation = "State operation";

    public override async Task<TValue> GetStateAsync<TValue>(
        string storeName, string key, ConsistencyMode? consistencyMode = default, IReadOnlyDictionary<string, string>? metadata = default, CancellationToken cancellationToken = default)
    {
        var answer = await GetAsync(storeName, key, consistencyMode, metadata, cancellationToken);
        return Read<TValue>(answer.Body, StateOperation)!;
    }

    public override async Task<(TValue value, string etag)> GetStateAndETagAsync<TValue>(
        string storeName, string key, ConsistencyMode? consistencyMode = default, IReadOnlyDictionary<string, string>? metadata = default, CancellationToken cancellationToken = default)
    {
        var answer = await GetAsync(storeName, key, consistencyMode, metadata, cancellationToken);
        return (Read<TValue>(answer.Body, StateOperation)!, answer.ETag);
    }

    public override async Task<ReadOnlyMemory<byte>> GetByteStateAsync(
        string storeName, string key, ConsistencyMode? consistencyMode = default, IReadOnlyDictionary<string, string>? metadata = default, CancellationToken cancellationToken = default)
    {
        var answer = await GetAsync(storeName, key, consistencyMode, metadata, cancellationToken);
        return answer.Body;
    }

    public override async Task<(ReadOnlyMemory<byte>, string etag)> GetByteStateAndETagAsync(
        string storeName, string key, ConsistencyMode? consistencyMode = default, IReadOnlyDictionary<string, string>? metadata = default, CancellationToken cancellationToken = default)
    {
        var answer = await GetAsync(storeName, key, consistencyMode, metadata, cancellationToken);
        return (answer.Body, answer.ETag);
    }

    public override async Task<IReadOnlyList<BulkStateItem>> GetBulkStateAsync(
        string storeName, IReadOnlyList<string> keys, int? parallelism, IReadOnlyDictionary<string, string>? metadata = default, CancellationToken cancellationToken = default)
    {
        var items = await GetManyAsync(storeName, keys, parallelism, metadata, cancellationToken);
        return [.. items.Select(item => new BulkStateItem(item.Key, Text(item), item.ETag ?? string.Empty))];
    }

    public override async Task<IReadOnlyList<BulkStateItem<TValue>>> GetBulkStateAsync<TValue>(
        string storeName, IReadOnlyList<string> keys, int? parallelism, IReadOnlyDictionary<string, string>? metadata = default, CancellationToken cancellationToken = default)
    {
        var items = await GetManyAsync(storeName, keys, parallelism, metadata, cancellationToken);
        return [.. items.Select(item => new BulkStateItem<TValue>(item.Key, Value<TValue>(item)!, item.ETag ?? string.Empty))];
    }

    public override async Task<StateQueryResponse<TValue>> QueryStateAsync<TValue>(
        string storeName, string jsonQuery, IReadOnlyDictionary<string, string>? metadata = default, CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(storeName);
        ArgumentException.ThrowIfNullOrEmpty(jsonQuery);
        var request = Request(HttpMethod.Post, $"/v1.0-alpha1/state/{Escape(storeName)}/query", metadata);
        request.Content = Body(System.Text.Encoding.UTF8.GetBytes(jsonQuery), JsonContentType);
        var answer = await SendAsync(request, "Query state operation", cancellationToken);
        var page = ReadApi<QueryPage>(answer.Body) ?? new QueryPage(null, null, null);
        var items = page.Results ?? [];
        var failed = items.Where(item => !string.IsNullOrEmpty(item.Error)).Select(item => item.Key).ToList();
        var results = items.Where(item => string.IsNullOrEmpty(item.Error)).Select(item => new StateQueryItem<TValue>(item.Key, Value<TValue>(item), item.ETag ?? string.Empty, item.Error ?? string.Empty));
        var response = new StateQueryResponse<TValue>([.. results], page.Token ?? string.Empty, page.Metadata ?? EmptyMetadata);
        return failed.Count == 0 ? response : throw new StateQueryException<TValue>("Encountered an error while processing state query results.", response, failed);
    }

    private async Task<Answer> GetAsync(
        string storeName, string key, ConsistencyMode? consistency, IReadOnlyDictionary<string, string>? metadata, CancellationToken cancellationToken)
    {
        CheckKey(storeName, key);
        IEnumerable<(string, string)> query = consistency is { } mode ? [("consistency", Name(mode))] : [];
        return await SendAsync(Request(HttpMethod.Get, KeyPath(storeName, key), metadata, query), StateOperation, cancellationToken);
    }

    private async Task<List<BulkItem>> GetManyAsync(
        string storeName, IReadOnlyList<string> keys, int? parallelism, IReadOnlyDictionary<string, string>? metadata, CancellationToken cancellationToken)
    {
        ArgumentException.ThrowIfNullOrEmpty(storeName);
        ArgumentNullException.ThrowIfNull(keys);
        if (keys.Count == 0)
        {
            throw new ArgumentException("There must be at least one key.", nameof(keys));
        }

        var request = Request(HttpMethod.Post, $"/v1.0/state/{Escape(storeName)}/bulk", metadata);
        request.Content = Json(writer => JsonSerializer.Serialize(writer, new { keys, parallelism = parallelism ?? 0 }));
        var answer = await SendAsync(request, StateOperation, cancellationToken);
        var items = ReadApi<List<BulkItem>>(answer.Body) ?? [];
        return items.Find(item => !string.IsNullOrEmpty(item.Error)) is { } failed
            ? throw new DaprException($"{StateOperation} failed: key '{failed.Key}': {failed.Error}")
            : items;
    }

    private static void CheckKey(string storeName, string key)
    {
        ArgumentException.ThrowIfNullOrEmpty(storeName);
        ArgumentException.ThrowIfNullOrEmpty(key);
    }

    private static string KeyPath(string storeName, string key) => $"/v1.0/state/{Escape(storeName)}/{Escape(key)}";

    private static string Name(ConsistencyMode mode) => mode == ConsistencyMode.Strong ? "strong" : "eventual";

    private static string Name(ConcurrencyMode mode) => mode == ConcurrencyMode.FirstWrite ? "first-write" : "last-write";

    private static string Text(BulkItem item) => item.Data is { } data ? data.GetRawText() : string.Empty;

    private TValue? Value<TValue>(BulkItem item) => Read<TValue>(System.Text.Encoding.UTF8.GetBytes(Text(item)), StateOperation);

    // The API's own shapes are read with the Web defaults, whatever the application's settings are.
    private static T? ReadApi<T>(byte[] body)
    {
        try
        {
            return body.Length == 0 ? default : JsonSerializer.Deserialize<T>(body, JsonSerializerOptions.Web);
        }
        catch (JsonException exception)
        {
            throw new DaprException("The sidecar's answer is not the JSON its API documents. See the inner exception.", exception);
        }
    }

    private sealed record BulkItem(string Key, JsonElement? Data, string? ETag, string? Error);

    private sealed record QueryPage(List<BulkItem>? Results, string? Token, Dictionary<string, string>? Metadata);
}
