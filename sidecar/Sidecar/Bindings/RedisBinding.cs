using Sidecar.Components;
using Sidecar.Redis;

namespace Sidecar.Bindings;

/// <summary><c>bindings.redis</c>: plain keys. Unlike daprd's, a value and its time to live are written in one command.</summary>
internal sealed class RedisBinding(ComponentSpec spec, ComponentContext context) : IOutputBinding
{
    // The key and its time to live change together; no time at all removes it.
    private static readonly RedisScript SetAndExpire = new("redis.call('SET', KEYS[1], ARGV[2]) return redis.call('EXPIRE', KEYS[1], ARGV[1])");
    private static readonly RedisScript IncrementAndExpire = new("redis.call('INCR', KEYS[1]) return redis.call('EXPIRE', KEYS[1], ARGV[1])");

    private readonly RedisClient _client = new(RedisOptions.From(spec), context.Loggers.CreateLogger("Sidecar.Bindings.Redis"), context.Time);

    /// <inheritdoc />
    public IReadOnlyList<string> Operations { get; } = ["create", "delete", "get", "increment"];

    /// <inheritdoc />
    public string? Problem => _client.Problem;

    /// <inheritdoc />
    public Task StartAsync(CancellationToken cancellationToken) => _client.StartAsync(spec, "redis binding: ", cancellationToken);

    /// <inheritdoc />
    public async Task<BindingResult> InvokeAsync(BindingRequest request, CancellationToken cancellationToken)
    {
        if (request["key"] is not { } key)
        {
            return BindingResult.Failed("redis binding: missing key in request metadata");
        }

        TimeSpan? lifetime = null;
        if (request.Operation is "create" or "increment" && !RequestLifetime.TryRead(request.Metadata, out lifetime, out var problem))
        {
            return BindingResult.Failed(problem);
        }

        switch (request.Operation)
        {
            case "get":
                var reply = await _client.ExecuteAsync(RedisCommand.Of(request["delete"] == "true" ? "GETDEL" : "GET", key), cancellationToken);
                return BindingResult.Of(reply.IsNull ? [] : reply.Bytes);
            case "delete":
                await _client.ExecuteAsync(RedisCommand.Of("DEL", key).Repeatable(true), cancellationToken);
                break;
            case "increment" when lifetime is null:
                await _client.ExecuteAsync(RedisCommand.Of("INCR", key), cancellationToken);
                break;
            case "increment":
                await IncrementAndExpire.ExecuteAsync(_client, [key], [(long)lifetime.Value.TotalSeconds], cancellationToken);
                break;
            case "create" when lifetime is { } kept:
                await SetAndExpire.ExecuteAsync(_client, [key], [(long)kept.TotalSeconds, request.Data], cancellationToken, isRepeatable: true);
                break;
            default:
                await _client.ExecuteAsync(RedisCommand.Of("SET", key, request.Data).Repeatable(true), cancellationToken);
                break;
        }

        return BindingResult.Nothing;
    }

    /// <inheritdoc />
    public ValueTask DisposeAsync() => _client.DisposeAsync();
}
