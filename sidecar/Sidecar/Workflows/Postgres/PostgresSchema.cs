using Npgsql;
using Sidecar.Components;

namespace Sidecar.Workflows.Postgres;

/// <summary>
/// The tables of the workflow engine. The version row says which layout a database has; layouts only move forward, and a
/// sidecar refuses a database that a newer one has laid out.
/// </summary>
internal static class PostgresSchema
{
    public const string FencedState = "DW001";

    /// <summary>The layout this code works with.</summary>
    public const int Version = 2;

    private const long LockKey = 0x6461_7072_7766;

    private const string First = $"""
        CREATE TABLE dapr_workflow_owner (
          app_id text PRIMARY KEY,
          epoch bigint NOT NULL
        );
        CREATE TABLE dapr_workflow_instance (
          app_id text NOT NULL,
          instance_id text COLLATE "C" NOT NULL,
          generation bigint NOT NULL,
          name text NOT NULL,
          status smallint NOT NULL,
          created_at timestamptz NOT NULL,
          updated_at timestamptz NOT NULL,
          completed_at timestamptz,
          state bytea NOT NULL,
          start bytea NOT NULL,
          PRIMARY KEY (app_id, instance_id)
        ) WITH (fillfactor = 70);
        CREATE INDEX dapr_workflow_instance_starting ON dapr_workflow_instance (app_id, instance_id) WHERE status IN (2, 6);
        CREATE TABLE dapr_workflow_history (
          app_id text NOT NULL,
          instance_id text COLLATE "C" NOT NULL,
          generation bigint NOT NULL,
          sequence int NOT NULL,
          event bytea NOT NULL,
          PRIMARY KEY (app_id, instance_id, generation, sequence)
        );
        CREATE TABLE dapr_workflow_inbox (
          app_id text NOT NULL,
          instance_id text COLLATE "C" NOT NULL,
          key bigint NOT NULL,
          execution_id text,
          event bytea NOT NULL,
          PRIMARY KEY (app_id, instance_id, key)
        );
        CREATE TABLE dapr_workflow_task (
          app_id text NOT NULL,
          instance_id text COLLATE "C" NOT NULL,
          generation bigint NOT NULL,
          task_id int NOT NULL,
          event bytea NOT NULL,
          PRIMARY KEY (app_id, instance_id, generation, task_id)
        );
        CREATE TABLE dapr_workflow_timer (
          app_id text NOT NULL,
          instance_id text COLLATE "C" NOT NULL,
          generation bigint NOT NULL,
          timer_id int NOT NULL,
          fire_at timestamptz NOT NULL,
          PRIMARY KEY (app_id, instance_id, generation, timer_id)
        );
        CREATE INDEX dapr_workflow_timer_due ON dapr_workflow_timer (app_id, fire_at);
        CREATE FUNCTION dapr_workflow_fence(app text, expected bigint) RETURNS void LANGUAGE plpgsql AS $$
        BEGIN
          PERFORM 1 FROM dapr_workflow_owner WHERE app_id = app AND epoch = expected FOR SHARE;
          IF NOT FOUND THEN
            RAISE EXCEPTION 'workflows of app % belong to another sidecar', app USING ERRCODE = '{FencedState}';
          END IF;
        END $$;
        INSERT INTO dapr_workflow_schema (version) VALUES (1);
        """;

    private const string Second = """
        CREATE INDEX dapr_workflow_instance_ended ON dapr_workflow_instance (app_id, completed_at) WHERE completed_at IS NOT NULL;
        INSERT INTO dapr_workflow_schema (version) VALUES (2);
        """;

    private static readonly string[] Layouts = [First, Second];

    /// <summary>Brings the database to <see cref="Version"/>.</summary>
    public static async Task ApplyAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        await ExecuteAsync(connection, $"SELECT pg_advisory_xact_lock({LockKey})", cancellationToken);
        await ExecuteAsync(connection, "CREATE TABLE IF NOT EXISTS dapr_workflow_schema (version int PRIMARY KEY, applied_at timestamptz NOT NULL DEFAULT now())", cancellationToken);
        var found = await VersionAsync(connection, cancellationToken);
        if (found > Version)
        {
            throw new ComponentException(
                $"the workflow tables of database '{connection.Database}' have layout {found}, this sidecar knows layouts up to {Version}; use the newer sidecar, or another database");
        }

        foreach (var layout in Layouts.Skip(found))
        {
            await ExecuteAsync(connection, layout, cancellationToken);
        }

        await transaction.CommitAsync(cancellationToken);
    }

    private static async Task<int> VersionAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand("SELECT coalesce(max(version), 0) FROM dapr_workflow_schema", connection);
        return (int)(await command.ExecuteScalarAsync(cancellationToken))!;
    }

    private static async Task ExecuteAsync(NpgsqlConnection connection, string sql, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync(cancellationToken);
    }
}
