using Dapr.DurableTask.Protobuf;
using Sidecar.Workflows.Store;

namespace Sidecar.Tests.Workflows;

/// <summary>A store in memory that refuses some commits, as a database with a damaged row does.</summary>
internal sealed class FaultyStore(InMemoryWorkflowData data, Func<StoreCommit, bool> refuses) : IWorkflowStore
{
    private readonly InMemoryWorkflowStore _store = new("app", data);

    public int Backlog => _store.Backlog;

    public Task<long> OpenAsync(CancellationToken cancellationToken) => _store.OpenAsync(cancellationToken);

    /// <summary>What every commit waits for.</summary>
    public Task Answers { get; set; } = Task.CompletedTask;

    /// <summary>What the answer to a commit waits for that is durable already.</summary>
    public Func<StoreCommit, Task> Tells { get; set; } = _ => Task.CompletedTask;

    /// <summary>Whether instances cannot be read.</summary>
    public bool RefusesLoads { get; set; }

    /// <summary>What recovery waits for.</summary>
    public Task Recovers { get; set; } = Task.CompletedTask;

    public Task CommitAsync(StoreCommit commit) => !Answers.IsCompleted ? LaterAsync(commit) : Commit(commit);

    private async Task LaterAsync(StoreCommit commit)
    {
        await Answers;
        await Commit(commit);
    }

    private Task Commit(StoreCommit commit) =>
        refuses(commit) ? Task.FromException(new InvalidOperationException("damaged")) : TellAsync(commit);

    private async Task TellAsync(StoreCommit commit)
    {
        await _store.CommitAsync(commit);
        await Tells(commit);
    }

    public Task<InstanceRow?> FindAsync(string instanceId, CancellationToken cancellationToken) => _store.FindAsync(instanceId, cancellationToken);

    public Task<IReadOnlyList<StoredInstance>> LoadAsync(IReadOnlyList<string> instanceIds, CancellationToken cancellationToken) =>
        RefusesLoads ? Task.FromException<IReadOnlyList<StoredInstance>>(new InvalidOperationException("damaged")) : _store.LoadAsync(instanceIds, cancellationToken);

    public Task<IReadOnlyList<byte[]>> ReadHistoryAsync(string instanceId, CancellationToken cancellationToken) => _store.ReadHistoryAsync(instanceId, cancellationToken);

    public Task<IReadOnlyList<string>> ListAsync(string? after, int count, CancellationToken cancellationToken) => _store.ListAsync(after, count, cancellationToken);

    public Task<IReadOnlyList<string>> QueryAsync(InstanceFilter filter, string? after, int count, CancellationToken cancellationToken) => _store.QueryAsync(filter, after, count, cancellationToken);

    public Task<IReadOnlyList<string>> EndedBeforeAsync(IReadOnlyList<OrchestrationStatus> statuses, DateTimeOffset before, int count, CancellationToken cancellationToken) => _store.EndedBeforeAsync(statuses, before, count, cancellationToken);

    public async Task<IReadOnlyList<string>> FindWorkAsync(string? after, int count, CancellationToken cancellationToken)
    {
        await Recovers.WaitAsync(cancellationToken);
        return await _store.FindWorkAsync(after, count, cancellationToken);
    }

    public Task<IReadOnlyList<TimerRow>> NextTimersAsync(int count, CancellationToken cancellationToken) => _store.NextTimersAsync(count, cancellationToken);

    public ValueTask DisposeAsync() => _store.DisposeAsync();
}
