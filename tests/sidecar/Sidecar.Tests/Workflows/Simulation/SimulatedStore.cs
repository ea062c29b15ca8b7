using Dapr.DurableTask.Protobuf;
using Sidecar.Workflows.Store;

namespace Sidecar.Tests.Workflows.Simulation;

/// <summary>
/// One process's connection to data that outlives it. Commits become durable in their order, each after a time drawn from the seed; when the process
/// dies, those under way are durable or not, as chance has it, and nobody hears of them.
/// </summary>
internal sealed class SimulatedStore(InMemoryWorkflowData data, Random random, TimeProvider time) : IWorkflowStore
{
    private readonly InMemoryWorkflowStore _store = new("app", data);
    private readonly Queue<(StoreCommit Commit, TaskCompletionSource Done)> _queue = [];
    private bool _isWriting;
    private bool _isDead;

    public int Backlog => _queue.Count;

    /// <summary>Runs at every commit that became durable.</summary>
    public Action<StoreCommit>? Durable { get; set; }

    public async Task<long> OpenAsync(CancellationToken cancellationToken)
    {
        await PauseAsync();
        return await _store.OpenAsync(cancellationToken);
    }

    public Task CommitAsync(StoreCommit commit)
    {
        var done = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _queue.Enqueue((commit, done));
        if (!_isWriting)
        {
            _isWriting = true;
            _ = WriteAsync();
        }

        return done.Task;
    }

    /// <summary>The process dies: some of what it has sent is stored all the same, and it never learns what.</summary>
    public async Task CrashAsync()
    {
        for (var stored = random.Next(_queue.Count + 1); stored > 0; stored--)
        {
            await StoreAsync(_queue.Dequeue().Commit);
        }

        _isDead = true;
    }

    public Task<InstanceRow?> FindAsync(string instanceId, CancellationToken cancellationToken) => ReadAsync(() => _store.FindAsync(instanceId, cancellationToken));

    public Task<IReadOnlyList<StoredInstance>> LoadAsync(IReadOnlyList<string> instanceIds, CancellationToken cancellationToken) => ReadAsync(() => _store.LoadAsync(instanceIds, cancellationToken));

    public Task<IReadOnlyList<byte[]>> ReadHistoryAsync(string instanceId, CancellationToken cancellationToken) => ReadAsync(() => _store.ReadHistoryAsync(instanceId, cancellationToken));

    public Task<IReadOnlyList<string>> ListAsync(string? after, int count, CancellationToken cancellationToken) => ReadAsync(() => _store.ListAsync(after, count, cancellationToken));

    public Task<IReadOnlyList<string>> QueryAsync(InstanceFilter filter, string? after, int count, CancellationToken cancellationToken) => ReadAsync(() => _store.QueryAsync(filter, after, count, cancellationToken));

    public Task<IReadOnlyList<string>> EndedBeforeAsync(IReadOnlyList<OrchestrationStatus> statuses, DateTimeOffset before, int count, CancellationToken cancellationToken) => ReadAsync(() => _store.EndedBeforeAsync(statuses, before, count, cancellationToken));

    public Task<IReadOnlyList<string>> FindWorkAsync(string? after, int count, CancellationToken cancellationToken) => ReadAsync(() => _store.FindWorkAsync(after, count, cancellationToken));

    public Task<IReadOnlyList<TimerRow>> NextTimersAsync(int count, CancellationToken cancellationToken) => ReadAsync(() => _store.NextTimersAsync(count, cancellationToken));

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    private async Task WriteAsync()
    {
        while (_queue.Count > 0 && !_isDead)
        {
            await PauseAsync();
            if (!_isDead && _queue.TryDequeue(out var next))
            {
                await StoreAsync(next.Commit);
                next.Done.SetResult();
            }
        }

        _isWriting = false;
    }

    private async Task StoreAsync(StoreCommit commit)
    {
        await _store.CommitAsync(commit);
        Durable?.Invoke(commit);
    }

    private async Task<T> ReadAsync<T>(Func<Task<T>> read)
    {
        await PauseAsync();
        return await read();
    }

    private Task PauseAsync() => Task.Delay(TimeSpan.FromMilliseconds(random.Next(1, 20)), time);
}
