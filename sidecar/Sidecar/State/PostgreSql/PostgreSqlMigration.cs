using Npgsql;

namespace Sidecar.State.PostgreSql;

/// <summary>Brings the tables to the layout's level, one sidecar at a time.</summary>
internal static class PostgreSqlMigration
{
    // Any fixed number, the same in every sidecar: serialises migrations of one database.
    private const long AdvisoryLock = 0x6461707273746174;

    public static async Task RunAsync(NpgsqlDataSource source, PostgreSqlLayout layout, CancellationToken cancellationToken)
    {
        await using var connection = await source.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        await ExecuteAsync($"SELECT pg_advisory_xact_lock({AdvisoryLock})");
        await ExecuteAsync($"CREATE TABLE IF NOT EXISTS {layout.MetadataTable} (key text NOT NULL PRIMARY KEY, value text NOT NULL)");
        var level = await LevelAsync();
        for (; level < layout.Migrations.Count; level++)
        {
            await ExecuteAsync(layout.Migrations[level]);
        }

        await using var store = new NpgsqlCommand($"INSERT INTO {layout.MetadataTable} AS m (key, value) VALUES ($1, $2) ON CONFLICT (key) DO UPDATE SET value = $2 WHERE m.value <> $2", connection, transaction);
        store.Parameters.Add(new() { Value = layout.LevelKey });
        store.Parameters.Add(new() { Value = level.ToString() });
        await store.ExecuteNonQueryAsync(cancellationToken);
        await transaction.CommitAsync(cancellationToken);

        async Task ExecuteAsync(string sql)
        {
            await using var command = new NpgsqlCommand(sql, connection, transaction);
            await command.ExecuteNonQueryAsync(cancellationToken);
        }

        async Task<int> LevelAsync()
        {
            await using var command = new NpgsqlCommand($"SELECT value FROM {layout.MetadataTable} WHERE key = $1", connection, transaction);
            command.Parameters.Add(new() { Value = layout.LevelKey });
            return int.TryParse(await command.ExecuteScalarAsync(cancellationToken) as string, out var stored) ? stored : 0;
        }
    }
}
