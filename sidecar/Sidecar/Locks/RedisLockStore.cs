using Sidecar.Components;
using Sidecar.Redis;

namespace Sidecar.Locks;

/// <summary><c>lock.redis</c>: a key with the owner as its value, set only if absent, with its end. As good as one server: a replica that takes over may not know the lock.</summary>
internal sealed class RedisLockStore(ComponentSpec spec, ComponentContext context) : ILockStore
{
    // Compared and deleted in one step: between the two, another owner could have taken it.
    private static readonly RedisScript Unlock = new("local owner = redis.call('GET', KEYS[1]) if not owner then return 1 end if owner ~= ARGV[1] then return 2 end redis.call('DEL', KEYS[1]) return 0");

    private readonly RedisClient _client = new(RedisOptions.From(spec), context.Loggers.CreateLogger("Sidecar.Locks.Redis"), context.Time);

    /// <inheritdoc />
    public string? Problem => _client.Problem;

    /// <inheritdoc />
    public Task StartAsync(CancellationToken cancellationToken) => _client.StartAsync(spec, "", cancellationToken);

    /// <inheritdoc />
    public async Task<bool> TryLockAsync(string key, string owner, TimeSpan expiry, CancellationToken cancellationToken) =>
        !(await _client.ExecuteAsync(RedisCommand.Of("SET", key, owner, "NX", "EX", (long)expiry.TotalSeconds), cancellationToken)).IsNull;

    /// <inheritdoc />
    public async Task<UnlockStatus> UnlockAsync(string key, string owner, CancellationToken cancellationToken) =>
        (UnlockStatus)(await Unlock.ExecuteAsync(_client, [key], [owner], cancellationToken)).Integer;

    /// <inheritdoc />
    public ValueTask DisposeAsync() => _client.DisposeAsync();
}
