using Dapr.DurableTask.Protobuf;

namespace Sidecar.Workflows.Store;

/// <summary>
/// Durable storage of the workflows of one app. Invariants: commits become durable in the order of the calls; a completed
/// <see cref="CommitAsync"/> survives a crash; reads see what is durable and nothing else; the store belongs to whoever
/// opened it last, and a commit of an earlier owner fails with <see cref="StoreFencedException"/>.
/// </summary>
internal interface IWorkflowStore : IAsyncDisposable
{
    /// <summary>How many commits wait.</summary>
    int Backlog { get; }

    /// <summary>Creates or upgrades the layout and takes the store over. Returns a number higher than that of any owner before.</summary>
    Task<long> OpenAsync(CancellationToken cancellationToken);

    /// <summary>Queues a commit before it returns; the task completes when the commit is durable.</summary>
    Task CommitAsync(StoreCommit commit);

    /// <summary>The head of an instance, or null.</summary>
    Task<InstanceRow?> FindAsync(string instanceId, CancellationToken cancellationToken);

    /// <summary>Everything of some instances; one entry for each id, in their order.</summary>
    Task<IReadOnlyList<StoredInstance>> LoadAsync(IReadOnlyList<string> instanceIds, CancellationToken cancellationToken);

    /// <summary>The history of an instance's present generation, as it was appended; empty when there is none.</summary>
    Task<IReadOnlyList<byte[]>> ReadHistoryAsync(string instanceId, CancellationToken cancellationToken);

    /// <summary>The ids of the instances in ordinal order behind <paramref name="after"/>.</summary>
    Task<IReadOnlyList<string>> ListAsync(string? after, int count, CancellationToken cancellationToken);

    /// <summary>The ids of the instances that fit a filter, in ordinal order behind <paramref name="after"/>.</summary>
    Task<IReadOnlyList<string>> QueryAsync(InstanceFilter filter, string? after, int count, CancellationToken cancellationToken);

    /// <summary>The ids of instances that ended with one of the statuses before a time, those that ended first.</summary>
    Task<IReadOnlyList<string>> EndedBeforeAsync(IReadOnlyList<OrchestrationStatus> statuses, DateTimeOffset before, int count, CancellationToken cancellationToken);

    /// <summary>The ids for which something can go on: a waiting event, an open activity, a start that is due. Ordinal order behind <paramref name="after"/>.</summary>
    Task<IReadOnlyList<string>> FindWorkAsync(string? after, int count, CancellationToken cancellationToken);

    /// <summary>The timers that fire next, earliest first.</summary>
    Task<IReadOnlyList<TimerRow>> NextTimersAsync(int count, CancellationToken cancellationToken);
}
