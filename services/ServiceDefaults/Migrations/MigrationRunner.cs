using System.Reflection;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace ServiceDefaults;

/// <summary>
/// Brings the schema forward. Invariants: one runner at a time (advisory lock), each migration in a transaction of its own with
/// its row in schema_history, an applied migration never changes (checksum) and none is ever undone.
/// </summary>
internal sealed partial class MigrationRunner(NpgsqlDataSource owner, MigrationRoles roles, TimeProvider clock, ILogger<MigrationRunner> logger)
{
    private const long LockKey = 0x506C6174666F726D;
    private static readonly TimeSpan LockWait = TimeSpan.FromSeconds(60);

    public async Task RunAsync(Assembly service, CancellationToken ct)
    {
        var migrations = new[] { typeof(MigrationRunner).Assembly, service }.Distinct().SelectMany(Migration.In).ToList();
        await using var connection = await owner.OpenConnectionAsync(ct);
        await LockAsync(connection, ct);
        try
        {
            await ApplyAsync(connection, migrations, ct);
        }
        finally
        {
            await ExecuteAsync(connection, null, $"SELECT pg_advisory_unlock({LockKey})", CancellationToken.None);
        }
    }

    private async Task ApplyAsync(NpgsqlConnection connection, List<Migration> migrations, CancellationToken ct)
    {
        await ExecuteAsync(connection, null, """
            CREATE TABLE IF NOT EXISTS schema_history (
              source text NOT NULL, version int NOT NULL, tenant_id text NOT NULL DEFAULT 'default', name text NOT NULL,
              checksum text NOT NULL, applied_at timestamptz NOT NULL, PRIMARY KEY (source, version))
            """, ct);
        var applied = await AppliedAsync(connection, ct);
        foreach (var migration in migrations)
        {
            if (applied.TryGetValue((migration.Source, migration.Version), out var checksum))
            {
                if (checksum != migration.Checksum)
                {
                    throw new MigrationException($"Migration {migration.Version:0000}_{migration.Name} of {migration.Source} was changed after it had been applied. Restore it and add a new one.");
                }

                continue;
            }

            await ApplyAsync(connection, migration, ct);
        }
    }

    private async Task ApplyAsync(NpgsqlConnection connection, Migration migration, CancellationToken ct)
    {
        await using var transaction = await connection.BeginTransactionAsync(ct);
        try
        {
            await ExecuteAsync(connection, transaction, roles.FillIn(migration.Sql), ct);
        }
        catch (PostgresException exception)
        {
            throw new MigrationException($"Migration {migration.Version:0000}_{migration.Name} of {migration.Source} failed: {exception.MessageText} (SQLSTATE {exception.SqlState}, position {exception.Position}).", exception);
        }

        await using var history = new NpgsqlCommand("INSERT INTO schema_history (source, version, name, checksum, applied_at) VALUES ($1, $2, $3, $4, $5)", connection, transaction)
        {
            Parameters = { new() { Value = migration.Source }, new() { Value = migration.Version }, new() { Value = migration.Name }, new() { Value = migration.Checksum }, new() { Value = clock.GetUtcNow().UtcDateTime } },
        };
        await history.ExecuteNonQueryAsync(ct);
        await transaction.CommitAsync(ct);
        Log.Applied(logger, migration.Source, migration.Version, migration.Name);
    }

    private static async Task LockAsync(NpgsqlConnection connection, CancellationToken ct)
    {
        try
        {
            await ExecuteAsync(connection, null, $"SET lock_timeout = {(int)LockWait.TotalMilliseconds}; SELECT pg_advisory_lock({LockKey}); SET lock_timeout = 0", ct);
        }
        catch (PostgresException exception) when (exception.SqlState == PostgresErrorCodes.LockNotAvailable)
        {
            throw new MigrationException($"Another instance has been migrating the database for more than {LockWait.TotalSeconds:0} s.", exception);
        }
    }

    private static async Task<Dictionary<(string Source, int Version), string>> AppliedAsync(NpgsqlConnection connection, CancellationToken ct)
    {
        var applied = new Dictionary<(string, int), string>();
        await using var command = new NpgsqlCommand("SELECT source, version, checksum FROM schema_history", connection);
        await using var reader = await command.ExecuteReaderAsync(ct);
        while (await reader.ReadAsync(ct))
        {
            applied[(reader.GetString(0), reader.GetInt32(1))] = reader.GetString(2);
        }

        return applied;
    }

    private static async Task ExecuteAsync(NpgsqlConnection connection, NpgsqlTransaction? transaction, string sql, CancellationToken ct)
    {
        await using var command = new NpgsqlCommand(sql, connection, transaction) { CommandTimeout = 0 };
        await command.ExecuteNonQueryAsync(ct);
    }

    private static partial class Log
    {
        [LoggerMessage(110, LogLevel.Information, "Migration applied: {Source} {Version} {Name}")]
        public static partial void Applied(ILogger logger, string source, int version, string name);
    }
}
