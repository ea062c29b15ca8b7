using Dapr.DurableTask.Protobuf;

namespace Sidecar.Workflows.Store;

/// <summary>The store of <c>state.in-memory</c>: durable as long as the run lives.</summary>
internal sealed class InMemoryWorkflowStore(string appId, InMemoryWorkflowData data) : IWorkflowStore
{
    private long _epoch;

    public int Backlog => 0;

    public Task<long> OpenAsync(CancellationToken cancellationToken)
    {
        lock (data.Gate)
        {
            return Task.FromResult(_epoch = ++data.Epoch);
        }
    }

    public Task CommitAsync(StoreCommit commit)
    {
        lock (data.Gate)
        {
            if (data.Epoch != _epoch)
            {
                return Task.FromException(new StoreFencedException(appId));
            }

            Append(commit);
            Remove(commit);
            return Task.CompletedTask;
        }
    }

    public Task<InstanceRow?> FindAsync(string instanceId, CancellationToken cancellationToken)
    {
        lock (data.Gate)
        {
            return Task.FromResult(data.Instances.GetValueOrDefault(instanceId));
        }
    }

    public Task<IReadOnlyList<StoredInstance>> LoadAsync(IReadOnlyList<string> instanceIds, CancellationToken cancellationToken)
    {
        lock (data.Gate)
        {
            return Task.FromResult<IReadOnlyList<StoredInstance>>([.. instanceIds.Select(Load)]);
        }
    }

    public Task<IReadOnlyList<byte[]>> ReadHistoryAsync(string instanceId, CancellationToken cancellationToken)
    {
        lock (data.Gate)
        {
            return Task.FromResult(Load(instanceId).History);
        }
    }

    public Task<IReadOnlyList<string>> ListAsync(string? after, int count, CancellationToken cancellationToken)
    {
        lock (data.Gate)
        {
            return Task.FromResult<IReadOnlyList<string>>([.. data.Instances.Keys.Where(id => IsBehind(id, after)).Take(count)]);
        }
    }

    public Task<IReadOnlyList<string>> QueryAsync(InstanceFilter filter, string? after, int count, CancellationToken cancellationToken)
    {
        lock (data.Gate)
        {
            return Task.FromResult<IReadOnlyList<string>>(
                [.. data.Instances.Values.Where(row => IsBehind(row.InstanceId, after) && filter.Fits(row)).Take(count).Select(row => row.InstanceId)]);
        }
    }

    public Task<IReadOnlyList<string>> EndedBeforeAsync(IReadOnlyList<OrchestrationStatus> statuses, DateTimeOffset before, int count, CancellationToken cancellationToken)
    {
        lock (data.Gate)
        {
            return Task.FromResult<IReadOnlyList<string>>(
                [.. data.Instances.Values.Where(row => row.CompletedAt < before && statuses.Contains(row.Status)).OrderBy(row => row.CompletedAt).Take(count).Select(row => row.InstanceId)]);
        }
    }

    public Task<IReadOnlyList<string>> FindWorkAsync(string? after, int count, CancellationToken cancellationToken)
    {
        lock (data.Gate)
        {
            var open = data.Runs.Where(pair => pair.Value.Inbox.Count > 0 || pair.Value.Tasks.Count > 0).Select(pair => pair.Key);
            var pending = data.Instances.Values
                .Where(row => row.Status is OrchestrationStatus.Pending or OrchestrationStatus.ContinuedAsNew
                    && !data.Timers.Has(row.InstanceId))
                .Select(row => row.InstanceId);
            return Task.FromResult<IReadOnlyList<string>>(
                [.. open.Union(pending).Where(id => IsBehind(id, after)).Order(StringComparer.Ordinal).Take(count)]);
        }
    }

    public Task<IReadOnlyList<TimerRow>> NextTimersAsync(int count, CancellationToken cancellationToken)
    {
        lock (data.Gate)
        {
            return Task.FromResult<IReadOnlyList<TimerRow>>([.. data.Timers.InOrder.Take(count)]);
        }
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    private static bool IsBehind(string id, string? after) => after is null || string.CompareOrdinal(id, after) > 0;

    private StoredInstance Load(string instanceId)
    {
        var record = data.Instances.GetValueOrDefault(instanceId);
        if (!data.Runs.TryGetValue(instanceId, out var run))
        {
            return new StoredInstance(instanceId, record, [], [], []);
        }

        var generation = record?.Generation;
        return new StoredInstance(
            instanceId,
            record,
            [.. run.History.Where(pair => pair.Key.Generation == generation).Select(pair => pair.Value)],
            [.. run.Inbox.Values],
            [.. run.Tasks.Values.Where(task => task.Generation == generation)]);
    }

    private void Append(StoreCommit commit)
    {
        foreach (var row in commit.Created)
        {
            data.Instances[row.InstanceId] = row;
        }

        foreach (var row in commit.History)
        {
            data.Run(row.InstanceId).History.TryAdd((row.Generation, row.Sequence), row.Event);
        }

        foreach (var row in commit.Inbox)
        {
            data.Run(row.InstanceId).Inbox.TryAdd(row.Key, row);
        }

        foreach (var row in commit.Tasks)
        {
            data.Run(row.InstanceId).Tasks.TryAdd((row.Generation, row.TaskId), row);
        }

        foreach (var row in commit.Timers)
        {
            data.Timers.Add(row);
        }

        foreach (var row in commit.Updated)
        {
            if (data.Instances.TryGetValue(row.InstanceId, out var present) && present.Generation == row.Generation)
            {
                data.Instances[row.InstanceId] = row with { Start = present.Start };
            }
        }
    }

    private void Remove(StoreCommit commit)
    {
        foreach (var key in commit.InboxTaken)
        {
            data.Run(key.InstanceId).Inbox.Remove(key.Key);
        }

        foreach (var key in commit.TasksDone)
        {
            data.Run(key.InstanceId).Tasks.Remove((key.Generation, key.Id));
        }

        foreach (var key in commit.TimersDone)
        {
            data.Timers.Remove(key.InstanceId, timer => timer.Generation == key.Generation && timer.TimerId == key.Id);
        }

        foreach (var row in commit.Created)
        {
            Truncate(row.InstanceId, generation => generation < row.Generation, withHistory: true);
        }

        foreach (var row in commit.Ended)
        {
            Truncate(row.InstanceId, generation => generation <= row.UpTo, withHistory: false);
        }

        foreach (var row in commit.Purged)
        {
            Purge(row);
        }
    }

    private void Purge(PurgeRow purge)
    {
        if (data.Instances.TryGetValue(purge.InstanceId, out var row) && row.Generation <= purge.UpTo)
        {
            data.Instances.Remove(purge.InstanceId);
        }

        Truncate(purge.InstanceId, generation => generation <= purge.UpTo, withHistory: true);
        var run = data.Run(purge.InstanceId);
        RemoveKeys(run.Inbox, key => key <= purge.UpTo);
        if (run.IsEmpty)
        {
            data.Runs.Remove(purge.InstanceId);
        }
    }

    private void Truncate(string instanceId, Func<long, bool> generation, bool withHistory)
    {
        data.Timers.Remove(instanceId, timer => generation(timer.Generation));
        if (!data.Runs.TryGetValue(instanceId, out var run))
        {
            return;
        }

        RemoveKeys(run.Tasks, key => generation(key.Generation));
        if (withHistory)
        {
            RemoveKeys(run.History, key => generation(key.Generation));
        }
    }

    private static void RemoveKeys<TKey, TValue>(SortedDictionary<TKey, TValue> rows, Func<TKey, bool> which)
        where TKey : notnull
    {
        foreach (var key in rows.Keys.Where(which).ToList())
        {
            rows.Remove(key);
        }
    }
}
