using Sidecar.Components;
using Sidecar.Redis;
using Sidecar.State.Queries;

namespace Sidecar.State;

/// <summary>
/// <c>state.redis</c>: a hash per key with the fields <c>data</c> and <c>version</c>, as daprd writes it (<c>first-write</c> marks a key
/// that was written so). A change with its time to live, and a whole transaction, is one script: unlike daprd's, it is all or nothing.
/// </summary>
internal sealed class RedisStateStore(ComponentSpec spec, ComponentContext context) : IStateStore
{
    // One operation = one key and 5 arguments: kind, expected version, value, first-write, ttl (keep, none or seconds).
    // The first loop checks against what earlier operations of the same script will have done, the second one changes.
    // An expected version of 0 means "none given".
    private static readonly RedisScript Script = new("""
        local pending, nexts = {}, {}
        for i = 1, #KEYS do
          local key, at = KEYS[i], (i - 1) * 5
          local version, first = pending[key], false
          if version == nil then
            version = redis.pcall('HGET', key, 'version')
            if type(version) == 'table' then version = false end
            first = redis.pcall('HGET', key, 'first-write')
            if type(first) == 'table' then first = false end
          end
          local expected = ARGV[at + 2]
          if ARGV[at + 1] == 'del' then
            if not (not version or version == expected or version == '' or expected == '0') then return i end
            pending[key] = false
          else
            if not (not version or version == '' or version == expected or (not first and expected == '0')) then return i end
            nexts[i] = string.format('%d', (tonumber(version or 0) or 0) + 1)
            pending[key] = nexts[i]
          end
        end
        for i = 1, #KEYS do
          local key, at = KEYS[i], (i - 1) * 5
          if ARGV[at + 1] == 'del' then
            redis.call('DEL', key)
          else
            if type(redis.pcall('HGET', key, 'version')) == 'table' then redis.call('DEL', key) end
            redis.call('HSET', key, 'data', ARGV[at + 3], 'version', nexts[i])
            if ARGV[at + 4] == '1' then redis.call('HSET', key, 'first-write', 0) end
            local ttl = ARGV[at + 5]
            if ttl == 'none' then redis.call('PERSIST', key) elseif ttl ~= 'keep' then redis.call('EXPIRE', key, ttl) end
          end
        end
        return 0
        """);

    private readonly RedisClient _client = new(RedisOptions.From(spec), context.Loggers.CreateLogger("Sidecar.State.Redis"), context.Time);
    private readonly string? _lifetime = Lifetime(spec);

    public IReadOnlyList<string> Capabilities { get; } = ["ETAG", "TRANSACTIONAL", "TTL", "KEYS_LIKE", "ACTOR"];

    public string? Problem => _client.Problem;

    /// <inheritdoc />
    public IStateQueries Queries { get; } = new NoQueries();

    public Task StartAsync(CancellationToken cancellationToken) => _client.StartAsync(spec, "redis store: ", cancellationToken);

    public async Task<StateItem?> GetAsync(string key, CancellationToken cancellationToken)
    {
        RedisReply reply;
        try
        {
            reply = await _client.ExecuteAsync(RedisCommand.Of("HGETALL", key), cancellationToken);
        }
        catch (RedisServerException exception) when (exception.Code == "WRONGTYPE")
        {
            // A plain string that something else wrote.
            var text = await _client.ExecuteAsync(RedisCommand.Of("GET", key), cancellationToken);
            return text.IsNull ? null : new StateItem(text.Bytes, null);
        }

        if (reply.Items.Count == 0)
        {
            return null;
        }

        var fields = reply.AsFields();
        return fields.TryGetValue("data", out var data) && fields.TryGetValue("version", out var version)
            ? new StateItem(data.Bytes, version.AsText())
            : throw new InvalidDataException("required hash field 'data' or 'version' was not found");
    }

    public async Task<IReadOnlyList<StateItem?>> GetAsync(IReadOnlyList<string> keys, CancellationToken cancellationToken) =>
        await Task.WhenAll(keys.Select(key => GetOrExplainAsync(key, cancellationToken)));

    // One key that cannot be read does not cost the others.
    private async Task<StateItem?> GetOrExplainAsync(string key, CancellationToken cancellationToken)
    {
        try
        {
            return await GetAsync(key, cancellationToken);
        }
        catch (Exception exception) when (exception is RedisException or InvalidDataException)
        {
            return new StateItem(ReadOnlyMemory<byte>.Empty, null) { Problem = exception.Message };
        }
    }

    public async Task<StateFailure?> ApplyAsync(StateOperation operation, CancellationToken cancellationToken)
    {
        if (Arguments(operation, inTransaction: false, out var arguments) is { } refused)
        {
            return refused;
        }

        var conflict = await Script.ExecuteAsync(_client, [operation.Key], arguments, cancellationToken, IsRepeatable(operation));
        if (conflict.Integer == 0)
        {
            return null;
        }

        var text = Conflict(operation);
        return operation is DeleteOperation || operation.HasETag ? StateFailure.Mismatch(text) : StateFailure.Refused($"failed to set key {operation.Key}: {text}");
    }

    public async Task<StateFailure?> TransactAsync(IReadOnlyList<StateOperation> operations, CancellationToken cancellationToken)
    {
        var keys = new List<RedisArgument>(operations.Count);
        var all = new List<RedisArgument>(operations.Count * 5);
        foreach (var operation in operations)
        {
            if (Arguments(operation, inTransaction: true, out var arguments) is { } refused)
            {
                return refused;
            }

            keys.Add(operation.Key);
            all.AddRange(arguments);
        }

        if (keys.Count == 0)
        {
            return null;
        }

        var conflict = await Script.ExecuteAsync(_client, keys, all, cancellationToken, operations.All(IsRepeatable));
        return conflict.Integer == 0 ? null : new StateFailure(StateFailureKind.ETagMismatch, Conflict(operations[(int)conflict.Integer - 1]));
    }

    public ValueTask DisposeAsync() => _client.DisposeAsync();

    // A condition would not hold any more after the first time.
    private static bool IsRepeatable(StateOperation operation) => !operation.HasETag && !operation.FirstWrite;

    private static string Conflict(StateOperation operation) => $"ERR failed to {(operation is DeleteOperation ? "delete" : "set key")} {operation.Key}";

    private static string? Lifetime(ComponentSpec spec)
    {
        if (spec["ttlInSeconds"] is null)
        {
            return null;
        }

        var seconds = new MetadataReader(spec).Integer("ttlInSeconds", 0, int.MinValue, int.MaxValue);
        return seconds > 0 ? seconds.ToString() : "none";
    }

    // daprd checks the words of a transaction's options as little as it marks its writes as first writes.
    private StateFailure? Arguments(StateOperation operation, bool inTransaction, out RedisArgument[] arguments)
    {
        arguments = [];
        if (!inTransaction && operation.CheckOptions() is { } unknown)
        {
            return unknown;
        }

        if (operation is not SetOperation set)
        {
            arguments = ["del", operation.HasETag ? operation.ETag! : "0", "", "0", "keep"];
            return null;
        }

        long version = 0;
        if (set.HasETag && set.Concurrency != "last-write" && !GoNumber.TryParse(set.ETag!, "Atoi", out version, out var error))
        {
            return StateFailure.Invalid(error);
        }

        if (ParseLifetime(set, out var lifetime) is { } refused)
        {
            return refused;
        }

        arguments = ["set", version, set.Value, set.FirstWrite && !inTransaction ? "1" : "0", lifetime];
        return null;
    }

    private StateFailure? ParseLifetime(SetOperation set, out string lifetime)
    {
        lifetime = _lifetime ?? "keep";
        if (set.Metadata.GetValueOrDefault("ttlInSeconds") is not { Length: > 0 } text)
        {
            return null;
        }

        if (!GoNumber.TryParse(text, "ParseInt", out var seconds, out var error))
        {
            return StateFailure.Refused($"failed to parse ttl from metadata: {error}");
        }

        lifetime = seconds > 0 ? Math.Min(seconds, int.MaxValue).ToString() : "none";
        return null;
    }

    // They would need the server's JSON module, and values that were saved through it.
    private sealed class NoQueries : IStateQueries
    {
        public Task<QueryAnswer> RunAsync(StateQuery query, StateKeys keys, CancellationToken cancellationToken) =>
            Task.FromResult(QueryAnswer.Refused("redis-json server support is required for query capability"));
    }
}
