using Dapr.DurableTask.Protobuf;
using Sidecar.Workflows.Store;

namespace Dapr.Workflow.Testing.Processes;

/// <summary>
/// One process's connection to data that outlives it. Commits become durable in their order, each after a time drawn from the seed; when the process
/// dies, those under way are durable or not, as chance has it, and nobody hears of them.
/// </summary>
internal sealed class SimulatedStore(SimulatedApp app) : IWorkflowStore
{
    private readonly InMemoryWorkflowStore _store = new(app.Name, app.Data);
    private readonly Queue<(StoreCommit Commit, TaskCompletionSource Done)> _queue = [];
    private bool _isWriting;
    private readonly TaskCompletionSource _died = new();

    public int Backlog => _queue.Count;

    /// <summary>The process has died; completes then.</summary>
    public Task Died => _died.Task;

    /// <summary>The process has died: nothing is stored any more.</summary>
    public bool IsDead => _died.Task.IsCompleted;

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
        if (IsDead)
        {
            return;
        }

        for (var stored = app.World.Random.Next(_queue.Count + 1); stored > 0; stored--)
        {
            var (commit, _) = _queue.Dequeue();
            if (commit.Chain is not { IsBroken: true })
            {
                await StoreAsync(commit);
            }
        }

        _died.SetResult();
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
        while (_queue.Count > 0 && !IsDead)
        {
            await PauseAsync();
            if (!IsDead && _queue.TryDequeue(out var next))
            {
                await WriteAsync(next.Commit, next.Done);
            }
        }

        _isWriting = false;
    }

    private async Task WriteAsync(StoreCommit commit, TaskCompletionSource done)
    {
        var fate = commit.Chain is { IsBroken: true } ? CommitFate.Refused : app.World.NextFate();
        if (fate is CommitFate.Refused)
        {
            commit.Chain?.IsBroken = true;
            app.Record($"refused {commit.Rows}");
            done.SetException(new SimulatedStoreException("the store refuses a commit"));
            return;
        }

        for (var times = fate switch { CommitFate.Death => 0, CommitFate.StoredTwice => 2, _ => 1 }; times > 0; times--)
        {
            await StoreAsync(commit);
        }

        if (fate is CommitFate.Death or CommitFate.StoredThenDeath)
        {
            _died.SetResult();
            return;
        }

        done.SetResult();
    }

    private async Task StoreAsync(StoreCommit commit)
    {
        await _store.CommitAsync(commit);
        app.Record($"commit {commit.Rows}");
    }

    private async Task<T> ReadAsync<T>(Func<Task<T>> read)
    {
        await PauseAsync();
        return await read();
    }

    private Task PauseAsync() => app.World.PauseAsync(1, 20);
}
