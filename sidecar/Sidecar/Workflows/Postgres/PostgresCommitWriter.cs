using Npgsql;
using Sidecar.Workflows.Store;

namespace Sidecar.Workflows.Postgres;

/// <summary>Writes a group of commits as one transaction.</summary>
internal sealed class PostgresCommitWriter(string appId, long epoch, NpgsqlDataSource source) : ICommitWriter
{
    public int MaxRows => 5_000;

    public async Task WriteAsync(IReadOnlyList<StoreCommit> commits, CancellationToken cancellationToken)
    {
        var batch = new PostgresBatch(appId, epoch);
        foreach (var commit in commits)
        {
            batch.Add(commit);
        }

        try
        {
            await using var connection = await source.OpenConnectionAsync(cancellationToken);
            await batch.ExecuteAsync(connection, cancellationToken);
        }
        catch (PostgresException e) when (e.SqlState == PostgresSchema.FencedState)
        {
            throw new StoreFencedException(appId);
        }
    }

    // What a refusal by the server is not: a lost connection, a server that stops or starts, a deadlock.
    public bool IsOutage(Exception exception) => exception is NpgsqlException e
        && (e is not PostgresException refusal || refusal.IsTransient || refusal.SqlState.StartsWith("57", StringComparison.Ordinal) || refusal.SqlState == PostgresErrorCodes.InvalidSqlStatementName);
}
