using Npgsql;
using Sidecar.Components;

namespace Sidecar.Schedules;

/// <summary>
/// Schedules in a table of their own beside <c>state.postgresql</c>. A target is owned by the session that holds its advisory lock: the lock
/// ends with the process, however it dies, and the due entries are read by that very session, so that who lost the lock reads nothing.
/// </summary>
internal sealed class PostgreSqlScheduleStore(string connectionString, string component) : IScheduleStore
{
    private const long MigrationLock = 0x6461_7072_7363;
    private const int MaxConnections = 6;

    private const string Schema = """
        CREATE TABLE IF NOT EXISTS dapr_schedule (
          key text COLLATE "C" PRIMARY KEY,
          target text NOT NULL,
          revision uuid NOT NULL,
          next_at timestamptz NOT NULL,
          entry text NOT NULL
        ) WITH (fillfactor = 80);
        CREATE INDEX IF NOT EXISTS dapr_schedule_due ON dapr_schedule (target, next_at)
        """;

    private readonly NpgsqlDataSource _source = CreateSource(connectionString);
    private readonly HashSet<string> _owned = new(StringComparer.Ordinal);
    private NpgsqlConnection? _owner;

    public bool IsDurable => true;

    public async Task StartAsync(CancellationToken cancellationToken)
    {
        try
        {
            await using var connection = await _source.OpenConnectionAsync(cancellationToken);
            await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
            await using var command = new NpgsqlCommand($"SELECT pg_advisory_xact_lock({MigrationLock}); {Schema}", connection, transaction);
            await command.ExecuteNonQueryAsync(cancellationToken);
            await transaction.CommitAsync(cancellationToken);
        }
        catch (NpgsqlException exception)
        {
            throw new ComponentException($"component '{component}': cannot prepare the table of reminders and jobs: {exception.Message}; start the server or correct connectionString", exception);
        }
    }

    public async Task<bool> PutAsync(ScheduleEntry entry, bool overwrite, CancellationToken cancellationToken)
    {
        const string Insert = "INSERT INTO dapr_schedule (key, target, revision, next_at, entry) VALUES ($1, $2, $3, $4, $5) ON CONFLICT (key) DO ";
        var action = overwrite ? "UPDATE SET target = excluded.target, revision = excluded.revision, next_at = excluded.next_at, entry = excluded.entry" : "NOTHING";
        return await ExecuteAsync(Insert + action, cancellationToken, entry.Key, entry.Target, entry.Revision, Utc(entry.Progress.Next), ScheduleJson.Write(entry)) == 1;
    }

    public async Task<ScheduleEntry?> FindAsync(string key, CancellationToken cancellationToken)
    {
        await using var command = Command(_source.CreateCommand("SELECT entry FROM dapr_schedule WHERE key = $1"), key);
        return await command.ExecuteScalarAsync(cancellationToken) is string json ? ScheduleJson.Read(json) : null;
    }

    public async Task<IReadOnlyList<ScheduleEntry>> ListAsync(string keyPrefix, CancellationToken cancellationToken)
    {
        await using var command = Command(_source.CreateCommand("SELECT entry FROM dapr_schedule WHERE starts_with(key, $1) ORDER BY key"), keyPrefix);
        return await ReadAsync(command, cancellationToken);
    }

    public Task DeleteAsync(string key, CancellationToken cancellationToken) => ExecuteAsync("DELETE FROM dapr_schedule WHERE key = $1", cancellationToken, key);

    public Task DeletePrefixAsync(string keyPrefix, CancellationToken cancellationToken) => ExecuteAsync("DELETE FROM dapr_schedule WHERE starts_with(key, $1)", cancellationToken, keyPrefix);

    public async Task<IReadOnlyCollection<string>> OwnAsync(IReadOnlyCollection<string> targets, CancellationToken cancellationToken)
    {
        var connection = await OwnerAsync(cancellationToken);
        foreach (var target in targets.Where(target => !_owned.Contains(target)))
        {
            await using var command = Command(new NpgsqlCommand("SELECT pg_try_advisory_lock(hashtextextended('dapr_schedule||' || $1, 0))", connection), target);
            if (await command.ExecuteScalarAsync(cancellationToken) is true)
            {
                _owned.Add(target);
            }
        }

        return [.. targets.Where(_owned.Contains)];
    }

    public async Task DisownAsync(IReadOnlyCollection<string> targets, CancellationToken cancellationToken)
    {
        foreach (var target in targets.Where(_owned.Contains))
        {
            var connection = await OwnerAsync(cancellationToken);
            await using var command = Command(new NpgsqlCommand("SELECT pg_advisory_unlock(hashtextextended('dapr_schedule||' || $1, 0))", connection), target);
            await command.ExecuteNonQueryAsync(cancellationToken);
            _owned.Remove(target);
        }
    }

    public async Task<IReadOnlyList<ScheduleEntry>> NextAsync(IReadOnlyCollection<string> targets, int count, CancellationToken cancellationToken)
    {
        var connection = await OwnerAsync(cancellationToken);
        const string Sql = "SELECT entry FROM dapr_schedule WHERE target = ANY($1) ORDER BY next_at LIMIT $2";
        await using var command = Command(new NpgsqlCommand(Sql, connection), targets.Where(_owned.Contains).ToArray(), count);
        return await ReadAsync(command, cancellationToken);
    }

    public Task AdvanceAsync(ScheduleEntry entry, ScheduleProgress progress, CancellationToken cancellationToken) => ExecuteAsync(
        "UPDATE dapr_schedule SET next_at = $3, entry = $4 WHERE key = $1 AND revision = $2",
        cancellationToken,
        entry.Key,
        entry.Revision,
        Utc(progress.Next),
        ScheduleJson.Write(entry with { Progress = progress }));

    public Task EndAsync(ScheduleEntry entry, CancellationToken cancellationToken) =>
        ExecuteAsync("DELETE FROM dapr_schedule WHERE key = $1 AND revision = $2", cancellationToken, entry.Key, entry.Revision);

    public async ValueTask DisposeAsync()
    {
        await ForgetOwnerAsync();
        await _source.DisposeAsync();
    }

    private static NpgsqlDataSource CreateSource(string connectionString)
    {
        var builder = new NpgsqlDataSourceBuilder(connectionString);
        builder.ConnectionStringBuilder.MaxPoolSize = MaxConnections;
        builder.ConnectionStringBuilder.ApplicationName = "dapr-schedules";
        return builder.Build();
    }

    private static DateTime Utc(DateTimeOffset time) => time.UtcDateTime;

    private static NpgsqlCommand Command(NpgsqlCommand command, params ReadOnlySpan<object> values)
    {
        foreach (var value in values)
        {
            command.Parameters.Add(new NpgsqlParameter { Value = value });
        }

        return command;
    }

    private static async Task<IReadOnlyList<ScheduleEntry>> ReadAsync(NpgsqlCommand command, CancellationToken cancellationToken)
    {
        var entries = new List<ScheduleEntry>();
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            entries.Add(ScheduleJson.Read(reader.GetString(0)));
        }

        return entries;
    }

    private async Task<int> ExecuteAsync(string sql, CancellationToken cancellationToken, params object[] values)
    {
        await using var command = Command(_source.CreateCommand(sql), values);
        return await command.ExecuteNonQueryAsync(cancellationToken);
    }

    private async Task<NpgsqlConnection> OwnerAsync(CancellationToken cancellationToken)
    {
        if (_owner is { State: System.Data.ConnectionState.Open } open)
        {
            return open;
        }

        await ForgetOwnerAsync();
        return _owner = await _source.OpenConnectionAsync(cancellationToken);
    }

    // The locks went with the connection.
    private async Task ForgetOwnerAsync()
    {
        _owned.Clear();
        if (_owner is { } connection)
        {
            _owner = null;
            await connection.DisposeAsync();
        }
    }
}
