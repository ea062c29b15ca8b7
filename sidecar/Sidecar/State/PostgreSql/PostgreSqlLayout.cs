using System.Text.RegularExpressions;
using Sidecar.Components;

namespace Sidecar.State.PostgreSql;

/// <summary>
/// The tables of daprd: version 1 keeps JSON in a jsonb column and takes the row's xmin for its ETag, version 2 keeps bytes and a
/// random uuid. Both engines can work on the same tables.
/// </summary>
internal sealed partial record PostgreSqlLayout
{
    /// <summary>The table of the values, with its schema if one is given.</summary>
    public required string Table { get; init; }

    /// <summary>The table of migration levels and clean-up times.</summary>
    public required string MetadataTable { get; init; }

    public required string ExpiryColumn { get; init; }

    /// <summary>The key of the migration level in the metadata table.</summary>
    public required string LevelKey { get; init; }

    public required string CleanupKey { get; init; }

    /// <summary>The statements of each migration, oldest first; the level is their count.</summary>
    public required IReadOnlyList<string> Migrations { get; init; }

    /// <summary>Columns key, value, isbinary, etag, expiry.</summary>
    public required string Select { get; init; }

    /// <summary>Parameters: key, value, lifetime in seconds or null, isbinary.</summary>
    public required string Upsert { get; init; }

    /// <summary>Added to <see cref="Upsert"/> when a live row must not be replaced.</summary>
    public required string OnlyExpired { get; init; }

    /// <summary>Parameters as of <see cref="Upsert"/>, then the expected ETag.</summary>
    public required string Update { get; init; }

    /// <summary>The condition on the ETag parameter of a delete.</summary>
    public required string DeleteCondition { get; init; }

    public bool Version2 { get; private init; }

    public static PostgreSqlLayout From(ComponentSpec spec) => spec.Version.Equals("v2", StringComparison.OrdinalIgnoreCase) ? Two(spec) : One(spec);

    private static PostgreSqlLayout One(ComponentSpec spec)
    {
        var table = Identifier(spec, "tableName", spec["tableName"] ?? "state");
        var metadata = Identifier(spec, "metadataTableName", spec["metadataTableName"] ?? "dapr_metadata");
        return new PostgreSqlLayout
        {
            Table = table,
            MetadataTable = metadata,
            ExpiryColumn = "expiredate",
            LevelKey = "migrations",
            CleanupKey = "last-cleanup",
            Migrations =
            [
                $"CREATE TABLE IF NOT EXISTS {table} (key text NOT NULL PRIMARY KEY, value jsonb NOT NULL, isbinary boolean NOT NULL, insertdate timestamptz NOT NULL DEFAULT now(), updatedate timestamptz NULL)",
                $"ALTER TABLE {table} ADD COLUMN IF NOT EXISTS expiredate timestamptz",
                RowIds(table),
            ],
            Select = $"SELECT key, value::text, isbinary, xmin::text, expiredate FROM {table} WHERE key = ANY($1) AND (expiredate IS NULL OR expiredate >= now())",
            Upsert = $"""
                INSERT INTO {table} AS t (key, value, isbinary, expiredate) VALUES ($1, $2::jsonb, $4, now() + $3 * interval '1 second')
                ON CONFLICT (key) DO UPDATE SET value = excluded.value, isbinary = excluded.isbinary, updatedate = now(), expiredate = excluded.expiredate
                """,
            OnlyExpired = " WHERE t.expiredate IS NOT NULL AND t.expiredate < now()",
            Update = $"""
                UPDATE {table} SET value = $2::jsonb, isbinary = $4, updatedate = now(), expiredate = now() + $3 * interval '1 second'
                WHERE key = $1 AND xmin::text = $5 AND (expiredate IS NULL OR expiredate > now())
                """,
            DeleteCondition = "xmin::text = $2",
        };
    }

    private static PostgreSqlLayout Two(ComponentSpec spec)
    {
        var prefix = spec["tablePrefix"] ?? "";
        var table = Identifier(spec, "tablePrefix", prefix + "state");
        var metadata = Identifier(spec, "metadataTableName", spec["metadataTableName"] ?? "dapr_metadata");
        return new PostgreSqlLayout
        {
            Version2 = true,
            Table = table,
            MetadataTable = metadata,
            ExpiryColumn = "expires_at",
            LevelKey = $"migrations-state-v2-{prefix}",
            CleanupKey = $"last-cleanup-state-v2-{prefix}",
            Migrations =
            [
                $"""
                CREATE TABLE IF NOT EXISTS {table} (
                  key text NOT NULL PRIMARY KEY, value bytea NOT NULL, etag uuid NOT NULL DEFAULT gen_random_uuid(),
                  created_at timestamptz NOT NULL DEFAULT now(), updated_at timestamptz, expires_at timestamptz);
                CREATE INDEX ON {table} (expires_at)
                """,
                RowIds(table),
            ],
            Select = $"SELECT key, value, false, etag::text, expires_at FROM {table} WHERE key = ANY($1) AND (expires_at IS NULL OR expires_at >= now())",
            Upsert = $"""
                INSERT INTO {table} AS t (key, value, expires_at) VALUES ($1, $2, now() + $3 * interval '1 second')
                ON CONFLICT (key) DO UPDATE SET value = excluded.value, updated_at = now(), etag = gen_random_uuid(), expires_at = excluded.expires_at
                """,
            OnlyExpired = " WHERE t.expires_at IS NOT NULL AND t.expires_at < now()",
            Update = $"""
                UPDATE {table} SET value = $2, updated_at = now(), etag = gen_random_uuid(), expires_at = now() + $3 * interval '1 second'
                WHERE key = $1 AND etag = $4 AND (expires_at IS NULL OR expires_at >= now())
                """,
            DeleteCondition = "etag = $2",
        };
    }

    private static string RowIds(string table) => $"""
        ALTER TABLE {table} ADD COLUMN IF NOT EXISTS row_id bigint GENERATED BY DEFAULT AS IDENTITY;
        CREATE UNIQUE INDEX IF NOT EXISTS "{table[(table.LastIndexOf('.') + 1)..]}_row_id_uidx" ON {table} (row_id)
        """;

    // The names go into statements as they are, so only plain identifiers are let in.
    private static string Identifier(ComponentSpec spec, string field, string name) => PlainName().IsMatch(name)
        ? name
        : throw ComponentException.Field(spec, field, $"makes the table name '{name}'", "give letters, digits and _, with at most one schema in front (schema.table)");

    [GeneratedRegex(@"^([A-Za-z_]\w*\.)?[A-Za-z_]\w*$", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex PlainName();
}
