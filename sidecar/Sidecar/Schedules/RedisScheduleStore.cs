using Microsoft.Extensions.Logging;
using Sidecar.Components;
using Sidecar.Redis;

namespace Sidecar.Schedules;

/// <summary>
/// Schedules beside <c>state.redis</c>: a hash with all entries, per target a sorted set of due times, and a lease that names the owner.
/// Each change is one script. Whoever lost its lease (the process died or the server did not answer) has it back after <see cref="Lease"/> at most.
/// </summary>
internal sealed class RedisScheduleStore(ComponentSpec spec, ILogger<RedisScheduleStore> logger, Func<Guid> newId, TimeProvider time) : IScheduleStore
{
    private const string Entries = "dapr||schedules||entries";
    private const string DuePrefix = "dapr||schedules||due||";
    private const string OwnerPrefix = "dapr||schedules||owner||";
    private static readonly TimeSpan Lease = TimeSpan.FromSeconds(6);

    // Keys: entries; arguments: key, due prefix, target, due time, overwrite, entry.
    private static readonly RedisScript Put = new("""
        local old = redis.call('HGET', KEYS[1], ARGV[1])
        if old then
          if ARGV[5] == '0' then return 0 end
          redis.call('ZREM', ARGV[2] .. cjson.decode(old).definition.request.target, ARGV[1])
        end
        redis.call('HSET', KEYS[1], ARGV[1], ARGV[6])
        redis.call('ZADD', ARGV[2] .. ARGV[3], ARGV[4], ARGV[1])
        return 1
        """);

    // Keys: entries; arguments: key, due prefix, revision or empty for any, due time, entry or empty to remove.
    private static readonly RedisScript Change = new("""
        local old = redis.call('HGET', KEYS[1], ARGV[1])
        if not old then return 0 end
        local entry = cjson.decode(old)
        if ARGV[3] ~= '' and entry.revision ~= ARGV[3] then return 0 end
        local due = ARGV[2] .. entry.definition.request.target
        if ARGV[5] == '' then
          redis.call('HDEL', KEYS[1], ARGV[1])
          redis.call('ZREM', due, ARGV[1])
        else
          redis.call('HSET', KEYS[1], ARGV[1], ARGV[5])
          redis.call('ZADD', due, ARGV[4], ARGV[1])
        end
        return 1
        """);

    // Keys: the lease; arguments: this process, milliseconds.
    private static readonly RedisScript Take = new("""
        local owner = redis.call('GET', KEYS[1])
        if owner and owner ~= ARGV[1] then return 0 end
        redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2])
        return 1
        """);

    private static readonly RedisScript Leave = new("if redis.call('GET', KEYS[1]) == ARGV[1] then redis.call('DEL', KEYS[1]) end return 0");

    private readonly RedisClient _client = new(RedisOptions.From(spec), logger, time);
    private readonly string _self = newId().ToString("N");
    private readonly HashSet<string> _owned = new(StringComparer.Ordinal);

    public bool IsDurable => true;

    public TimeSpan? RenewalInterval { get; } = Lease / 3;

    public Task StartAsync(CancellationToken cancellationToken) => _client.StartAsync(spec, "cannot keep reminders and jobs: ", cancellationToken);

    public async Task<bool> PutAsync(ScheduleEntry entry, bool overwrite, CancellationToken cancellationToken)
    {
        RedisArgument[] arguments = [entry.Key, DuePrefix, entry.Target, Score(entry.Progress), overwrite ? "1" : "0", ScheduleJson.Write(entry)];
        return (await Put.ExecuteAsync(_client, [Entries], arguments, cancellationToken)).Integer == 1;
    }

    public async Task<ScheduleEntry?> FindAsync(string key, CancellationToken cancellationToken)
    {
        var reply = await _client.ExecuteAsync(RedisCommand.Of("HGET", Entries, key), cancellationToken);
        return reply.IsNull ? null : ScheduleJson.Read(reply.AsText()!);
    }

    public async Task<IReadOnlyList<ScheduleEntry>> ListAsync(string keyPrefix, CancellationToken cancellationToken)
    {
        var reply = await _client.ExecuteAsync(RedisCommand.Of("HGETALL", Entries), cancellationToken);
        return [.. reply.AsFields().Where(field => field.Key.StartsWith(keyPrefix, StringComparison.Ordinal)).OrderBy(field => field.Key, StringComparer.Ordinal).Select(field => ScheduleJson.Read(field.Value.AsText()!))];
    }

    public Task DeleteAsync(string key, CancellationToken cancellationToken) => ChangeAsync(key, "", 0, "", cancellationToken);

    public async Task DeletePrefixAsync(string keyPrefix, CancellationToken cancellationToken)
    {
        foreach (var entry in await ListAsync(keyPrefix, cancellationToken))
        {
            await DeleteAsync(entry.Key, cancellationToken);
        }
    }

    public async Task<IReadOnlyCollection<string>> OwnAsync(IReadOnlyCollection<string> targets, CancellationToken cancellationToken)
    {
        var owned = new List<string>();
        foreach (var target in targets)
        {
            var taken = await Take.ExecuteAsync(_client, [OwnerPrefix + target], [_self, (long)Lease.TotalMilliseconds], cancellationToken);
            if (taken.Integer == 1)
            {
                owned.Add(target);
                _owned.Add(target);
            }
        }

        return owned;
    }

    public async Task DisownAsync(IReadOnlyCollection<string> targets, CancellationToken cancellationToken)
    {
        foreach (var target in targets)
        {
            await Leave.ExecuteAsync(_client, [OwnerPrefix + target], [_self], cancellationToken);
            _owned.Remove(target);
        }
    }

    public async Task<IReadOnlyList<ScheduleEntry>> NextAsync(IReadOnlyCollection<string> targets, int count, CancellationToken cancellationToken)
    {
        var entries = new List<ScheduleEntry>();
        foreach (var target in targets)
        {
            var keys = await _client.ExecuteAsync(RedisCommand.Of("ZRANGE", DuePrefix + target, 0, count - 1), cancellationToken);
            if (keys.Items.Count > 0)
            {
                var found = await _client.ExecuteAsync(RedisCommand.Of("HMGET", [Entries, .. keys.Items.Select(key => (RedisArgument)key.Bytes)]), cancellationToken);
                entries.AddRange(found.Items.Where(item => !item.IsNull).Select(item => ScheduleJson.Read(item.AsText()!)));
            }
        }

        return [.. entries.OrderBy(entry => entry.Progress.Next).Take(count)];
    }

    public Task AdvanceAsync(ScheduleEntry entry, ScheduleProgress progress, CancellationToken cancellationToken) =>
        ChangeAsync(entry.Key, entry.Revision.ToString(), Score(progress), ScheduleJson.Write(entry with { Progress = progress }), cancellationToken);

    public Task EndAsync(ScheduleEntry entry, CancellationToken cancellationToken) => ChangeAsync(entry.Key, entry.Revision.ToString(), 0, "", cancellationToken);

    public async ValueTask DisposeAsync()
    {
        if (_client.Problem is null)
        {
            try
            {
                await DisownAsync([.. _owned], CancellationToken.None);
            }
            catch (RedisException exception)
            {
                // The leases run out by themselves.
                RedisScheduleLog.NotReleased(logger, exception);
            }
        }

        await _client.DisposeAsync();
    }

    private static long Score(ScheduleProgress progress) => progress.Next.ToUnixTimeMilliseconds();

    private Task ChangeAsync(string key, string revision, long due, string entry, CancellationToken cancellationToken) =>
        Change.ExecuteAsync(_client, [Entries], [key, DuePrefix, revision, due, entry], cancellationToken);
}

internal static partial class RedisScheduleLog
{
    [LoggerMessage(4321, LogLevel.Warning, "The ownership of reminders and jobs could not be given back; it runs out within seconds")]
    public static partial void NotReleased(ILogger logger, Exception exception);
}
