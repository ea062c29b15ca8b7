using Dapr.DurableTask.Protobuf;
using Microsoft.Extensions.Logging;
using Sidecar.Redis;
using Sidecar.Workflows.Store;

namespace Sidecar.Workflows.Redis;

/// <summary>The store of <c>state.redis</c>: keys of its own beside the state, written by group commit. What is acknowledged is as durable as the server's persistence is set to make it.</summary>
internal sealed class RedisWorkflowStore(string appId, RedisOptions options, TimeProvider time, ILogger<RedisWorkflowStore> logger) : IWorkflowStore
{
    private const int Page = 500;
    private readonly string _prefix = $"dapr||workflows||{appId}||";
    private readonly RedisClient _client = new(options, logger, time);
    private CommitQueue? _commits;

    public int Backlog => _commits?.Backlog ?? 0;

    public async Task<long> OpenAsync(CancellationToken cancellationToken)
    {
        await _client.ConnectAsync(cancellationToken);
        var epoch = (await _client.ExecuteAsync(RedisCommand.Of("INCR", _prefix + "owner"), cancellationToken)).Integer;
        _commits = new CommitQueue(new RedisCommitWriter(appId, _prefix, epoch, _client), time, logger);
        _commits.Start();
        return epoch;
    }

    public Task CommitAsync(StoreCommit commit) => _commits!.AddAsync(commit);

    public async Task<InstanceRow?> FindAsync(string instanceId, CancellationToken cancellationToken)
    {
        var reply = await _client.ExecuteAsync(RedisCommand.Of("HMGET", $"{_prefix}i||{instanceId}", "r", "b"), cancellationToken);
        return reply.Items[0].IsNull ? null : RedisRows.ReadHead(instanceId, reply.Items[0].Bytes, reply.Items[1].Bytes);
    }

    public async Task<IReadOnlyList<StoredInstance>> LoadAsync(IReadOnlyList<string> instanceIds, CancellationToken cancellationToken)
    {
        var reply = await RedisWorkflowScripts.Load.ExecuteAsync(_client, [], [_prefix, .. instanceIds.Select(id => (RedisArgument)id)], cancellationToken);
        return [.. instanceIds.Zip(reply.Items, RedisRows.ReadInstance)];
    }

    public async Task<IReadOnlyList<byte[]>> ReadHistoryAsync(string instanceId, CancellationToken cancellationToken) =>
        (await LoadAsync([instanceId], cancellationToken))[0].History;

    public Task<IReadOnlyList<string>> ListAsync(string? after, int count, CancellationToken cancellationToken) => ReadIdsAsync("ids", after, count, cancellationToken);

    public async Task<IReadOnlyList<string>> QueryAsync(InstanceFilter filter, string? after, int count, CancellationToken cancellationToken)
    {
        var found = new List<string>();
        while (found.Count < count)
        {
            var ids = await ListAsync(after, Page, cancellationToken);
            var heads = await Task.WhenAll(ids.Select(id => FindAsync(id, cancellationToken)));
            found.AddRange(heads.OfType<InstanceRow>().Where(filter.Fits).Select(head => head.InstanceId));
            if (ids.Count < Page)
            {
                break;
            }

            after = ids[^1];
        }

        return [.. found.Take(count)];
    }

    public async Task<IReadOnlyList<string>> EndedBeforeAsync(IReadOnlyList<OrchestrationStatus> statuses, DateTimeOffset before, int count, CancellationToken cancellationToken)
    {
        var ended = new List<(string Id, double At)>();
        foreach (var status in statuses)
        {
            var reply = await _client.ExecuteAsync(
                RedisCommand.Of("ZRANGEBYSCORE", $"{_prefix}ended||{(int)status}", "-inf", $"({before.ToUnixTimeMilliseconds()}", "WITHSCORES", "LIMIT", 0, count), cancellationToken);
            ended.AddRange(Scores(reply));
        }

        return [.. ended.OrderBy(each => each.At).Take(count).Select(each => each.Id)];
    }

    public Task<IReadOnlyList<string>> FindWorkAsync(string? after, int count, CancellationToken cancellationToken) => ReadIdsAsync("work", after, count, cancellationToken);

    public async Task<IReadOnlyList<TimerRow>> NextTimersAsync(int count, CancellationToken cancellationToken)
    {
        var reply = await _client.ExecuteAsync(RedisCommand.Of("ZRANGE", _prefix + "timers", 0, count - 1), cancellationToken);
        return [.. reply.Items.Select(item => RedisRows.ReadTimer(item.AsText()!))];
    }

    public async ValueTask DisposeAsync()
    {
        if (_commits is not null)
        {
            await _commits.DisposeAsync();
        }

        await _client.DisposeAsync();
    }

    // With RESP3 each pair is an array of its own, with RESP2 the list is flat.
    private static IEnumerable<(string Id, double At)> Scores(RedisReply reply) => reply.Items.Any(item => item.Items.Count == 2)
        ? reply.Items.Select(item => (item.Items[0].AsText()!, Score(item.Items[1])))
        : reply.Items.Chunk(2).Select(pair => (pair[0].AsText()!, Score(pair[1])));

    private static double Score(RedisReply reply) => double.Parse(reply.AsText()!, System.Globalization.CultureInfo.InvariantCulture);

    private async Task<IReadOnlyList<string>> ReadIdsAsync(string set, string? after, int count, CancellationToken cancellationToken)
    {
        var reply = await _client.ExecuteAsync(RedisCommand.Of("ZRANGEBYLEX", _prefix + set, after is null ? "-" : "(" + after, "+", "LIMIT", 0, count), cancellationToken);
        return [.. reply.Items.Select(item => item.AsText()!)];
    }
}
