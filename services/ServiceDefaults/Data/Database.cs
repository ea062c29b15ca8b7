using System.Data;
using Npgsql;

namespace ServiceDefaults;

internal sealed class Database(DataSources sources) : IDatabase
{
    private const int MaxAttempts = 3;

    public Task<T> TransactionAsync<T>(RequestContext context, Func<DbSession, Task<T>> work, CancellationToken ct) =>
        RunAsync(sources.App, context, work, ct);

    public Task<T> SystemTransactionAsync<T>(string job, Func<DbSession, Task<T>> work, CancellationToken ct) =>
        RunAsync(sources.System, RequestContext.System(job), work, ct);

    private static async Task<T> RunAsync<T>(NpgsqlDataSource source, RequestContext context, Func<DbSession, Task<T>> work, CancellationToken ct)
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                return await OnceAsync(source, context, work, ct);
            }
            catch (PostgresException exception) when (attempt < MaxAttempts && exception.SqlState is PostgresErrorCodes.DeadlockDetected or PostgresErrorCodes.SerializationFailure)
            {
                // The whole transaction is gone: the next attempt starts from nothing.
            }
        }
    }

    private static async Task<T> OnceAsync<T>(NpgsqlDataSource source, RequestContext context, Func<DbSession, Task<T>> work, CancellationToken ct)
    {
        await using var connection = await source.OpenConnectionAsync(ct);
        await using var transaction = await connection.BeginTransactionAsync(IsolationLevel.ReadCommitted, ct);
        await SetTenantAsync(connection, transaction, context.TenantId, ct);
        var session = new DbSession(connection, transaction, context, ct);
        var result = await work(session);
        await transaction.CommitAsync(ct);
        session.Committed();
        return result;
    }

    private static async Task SetTenantAsync(NpgsqlConnection connection, NpgsqlTransaction transaction, string tenant, CancellationToken ct)
    {
        // Local to the transaction, so that a pooled connection never carries a tenant into the next one.
        await using var command = new NpgsqlCommand("SELECT set_config('app.current_tenant', $1, true)", connection, transaction);
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = tenant });
        await command.ExecuteNonQueryAsync(ct);
    }
}
