using Dapr.DurableTask.Protobuf;
using Microsoft.Extensions.Logging;
using Npgsql;
using Sidecar.Workflows.Store;

namespace Sidecar.Workflows.Postgres;

/// <summary>The store of <c>state.postgresql</c>: tables of its own in that component's database, written by group commit.</summary>
internal sealed class PostgresWorkflowStore(string appId, string connectionString, TimeProvider time, ILogger<PostgresWorkflowStore> logger) : IWorkflowStore
{
    private readonly NpgsqlDataSource _source = CreateSource(connectionString);
    private CommitQueue? _commits;

    public int Backlog => _commits?.Backlog ?? 0;

    public async Task<long> OpenAsync(CancellationToken cancellationToken)
    {
        await using var connection = await _source.OpenConnectionAsync(cancellationToken);
        await PostgresSchema.ApplyAsync(connection, cancellationToken);
        await using var command = Command(connection, PostgresSql.TakeOver);
        var epoch = (long)(await command.ExecuteScalarAsync(cancellationToken))!;
        _commits = new CommitQueue(new PostgresCommitWriter(appId, epoch, _source), time, logger);
        _commits.Start();
        return epoch;
    }

    public Task CommitAsync(StoreCommit commit) => _commits!.AddAsync(commit);

    public async Task<InstanceRow?> FindAsync(string instanceId, CancellationToken cancellationToken)
    {
        InstanceRow? found = null;
        await ReadAsync(PostgresSql.Instances, reader => found = ReadInstance(reader), cancellationToken, (object)(string[])[instanceId]);
        return found;
    }

    public async Task<IReadOnlyList<StoredInstance>> LoadAsync(IReadOnlyList<string> instanceIds, CancellationToken cancellationToken)
    {
        var records = new Dictionary<string, InstanceRow>(StringComparer.Ordinal);
        var history = new Dictionary<string, List<byte[]>>(StringComparer.Ordinal);
        var inbox = new Dictionary<string, List<InboxRow>>(StringComparer.Ordinal);
        var tasks = new Dictionary<string, List<TaskRow>>(StringComparer.Ordinal);
        await using var connection = await _source.OpenConnectionAsync(cancellationToken);
        await using var batch = new NpgsqlBatch(connection);
        string[] ids = [.. instanceIds];
        foreach (var sql in (string[])[PostgresSql.Instances, PostgresSql.History, PostgresSql.Inbox, PostgresSql.Tasks])
        {
            batch.BatchCommands.Add(new NpgsqlBatchCommand(sql) { Parameters = { new NpgsqlParameter { Value = appId }, new NpgsqlParameter { Value = ids } } });
        }

        await batch.PrepareAsync(cancellationToken);
        await using var reader = await batch.ExecuteReaderAsync(cancellationToken);
        await ReadAllAsync(reader, row => records[row.GetString(0)] = ReadInstance(row), cancellationToken);
        await ReadAllAsync(reader, row => Of(history, row.GetString(0)).Add(Bytes(row, 1)), cancellationToken);
        await ReadAllAsync(reader, row => Of(inbox, row.GetString(0)).Add(ReadInbox(row)), cancellationToken);
        await ReadAllAsync(reader, row => Of(tasks, row.GetString(0)).Add(new TaskRow(row.GetString(0), row.GetInt64(1), row.GetInt32(2), Bytes(row, 3))), cancellationToken);
        return [.. ids.Select(id => new StoredInstance(id, records.GetValueOrDefault(id), Of(history, id), Of(inbox, id), Of(tasks, id)))];
    }

    public async Task<IReadOnlyList<byte[]>> ReadHistoryAsync(string instanceId, CancellationToken cancellationToken)
    {
        var events = new List<byte[]>();
        await ReadAsync(PostgresSql.History, row => events.Add(Bytes(row, 1)), cancellationToken, (object)(string[])[instanceId]);
        return events;
    }

    public Task<IReadOnlyList<string>> ListAsync(string? after, int count, CancellationToken cancellationToken) =>
        ReadIdsAsync(PostgresSql.List, cancellationToken, after ?? "", count);

    public Task<IReadOnlyList<string>> QueryAsync(InstanceFilter filter, string? after, int count, CancellationToken cancellationToken) => ReadIdsAsync(
        PostgresSql.Query,
        cancellationToken,
        after ?? "",
        count,
        Numbers(filter.Statuses),
        (filter.CreatedFrom ?? DateTimeOffset.MinValue).UtcDateTime,
        (filter.CreatedTo ?? DateTimeOffset.MaxValue).UtcDateTime);

    public Task<IReadOnlyList<string>> EndedBeforeAsync(IReadOnlyList<OrchestrationStatus> statuses, DateTimeOffset before, int count, CancellationToken cancellationToken) =>
        ReadIdsAsync(PostgresSql.EndedBefore, cancellationToken, Numbers(statuses), before.UtcDateTime, count);

    public Task<IReadOnlyList<string>> FindWorkAsync(string? after, int count, CancellationToken cancellationToken) =>
        ReadIdsAsync(PostgresSql.Work, cancellationToken, after ?? "", count);

    public async Task<IReadOnlyList<TimerRow>> NextTimersAsync(int count, CancellationToken cancellationToken)
    {
        var timers = new List<TimerRow>();
        await ReadAsync(PostgresSql.NextTimers, row => timers.Add(new TimerRow(row.GetString(0), row.GetInt64(1), row.GetInt32(2), Time(row, 3))), cancellationToken, count);
        return timers;
    }

    public async ValueTask DisposeAsync()
    {
        if (_commits is not null)
        {
            await _commits.DisposeAsync();
        }

        await _source.DisposeAsync();
    }

    private static NpgsqlDataSource CreateSource(string connectionString)
    {
        var builder = new NpgsqlDataSourceBuilder(connectionString);

        // Statements are prepared by hand: automatic preparation within batches ends in "prepared statement does not exist" (26000) now and then.
        builder.ConnectionStringBuilder.MaxAutoPrepare = 0;
        builder.ConnectionStringBuilder.NoResetOnClose = true;
        builder.ConnectionStringBuilder.MaxPoolSize = 8;
        builder.ConnectionStringBuilder.ApplicationName = "dapr-workflow";

        builder.UsePhysicalConnectionInitializer(
            connection => Execute(connection, PostgresSql.Planning),
            async connection =>
            {
                await using var command = new NpgsqlCommand(PostgresSql.Planning, connection);
                await command.ExecuteNonQueryAsync();
            });
        return builder.Build();
    }

    private static void Execute(NpgsqlConnection connection, string sql)
    {
        using var command = new NpgsqlCommand(sql, connection);
        command.ExecuteNonQuery();
    }

    private static List<T> Of<T>(Dictionary<string, List<T>> rows, string id)
    {
        if (!rows.TryGetValue(id, out var list))
        {
            rows[id] = list = [];
        }

        return list;
    }

    private static InstanceRow ReadInstance(NpgsqlDataReader row) =>
        new(row.GetString(0), row.GetInt64(1), row.GetString(2), (OrchestrationStatus)row.GetInt16(3), Time(row, 4), Time(row, 5), row.IsDBNull(6) ? null : Time(row, 6), Bytes(row, 7), Bytes(row, 8));

    private static InboxRow ReadInbox(NpgsqlDataReader row) =>
        new(row.GetString(0), row.GetInt64(1), row.IsDBNull(2) ? null : row.GetString(2), Bytes(row, 3));

    private static short[] Numbers(IEnumerable<OrchestrationStatus> statuses) => [.. statuses.Select(status => (short)status)];

    private static byte[] Bytes(NpgsqlDataReader row, int column) => row.GetFieldValue<byte[]>(column);

    private static DateTimeOffset Time(NpgsqlDataReader row, int column) => new(row.GetDateTime(column), TimeSpan.Zero);

    private static async Task ReadAllAsync(NpgsqlDataReader reader, Action<NpgsqlDataReader> row, CancellationToken cancellationToken)
    {
        while (await reader.ReadAsync(cancellationToken))
        {
            row(reader);
        }

        await reader.NextResultAsync(cancellationToken);
    }

    private async Task<IReadOnlyList<string>> ReadIdsAsync(string sql, CancellationToken cancellationToken, params object[] values)
    {
        var ids = new List<string>();
        await ReadAsync(sql, row => ids.Add(row.GetString(0)), cancellationToken, values);
        return ids;
    }

    private async Task ReadAsync(string sql, Action<NpgsqlDataReader> row, CancellationToken cancellationToken, params object[] values)
    {
        await using var connection = await _source.OpenConnectionAsync(cancellationToken);
        await using var command = Command(connection, sql, values);
        await command.PrepareAsync(cancellationToken);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        await ReadAllAsync(reader, row, cancellationToken);
    }

    private NpgsqlCommand Command(NpgsqlConnection connection, string sql, params object[] values)
    {
        var command = new NpgsqlCommand(sql, connection);
        command.Parameters.Add(new NpgsqlParameter { Value = appId });
        foreach (var value in values)
        {
            command.Parameters.Add(new NpgsqlParameter { Value = value });
        }

        return command;
    }
}
