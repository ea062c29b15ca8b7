namespace Sidecar.Workflows.Store;

/// <summary>How a store writes a group of commits: all of them become durable in their order, or none.</summary>
internal interface ICommitWriter
{
    /// <summary>The most rows a group may have; one commit may have more.</summary>
    int MaxRows { get; }

    /// <summary>Writes a group; it may have been written before. Throws <see cref="StoreFencedException"/> when the store has another owner.</summary>
    Task WriteAsync(IReadOnlyList<StoreCommit> commits, CancellationToken cancellationToken);

    /// <summary>Whether a failure is one of the store's reach, so that the same group is to be written again, not one of what is written.</summary>
    bool IsOutage(Exception exception);
}
