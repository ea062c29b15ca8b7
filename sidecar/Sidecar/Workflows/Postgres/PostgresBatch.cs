using Npgsql;
using NpgsqlTypes;
using Sidecar.Workflows.Store;

namespace Sidecar.Workflows.Postgres;

/// <summary>
/// Many commits as one transaction and one round trip: a few statements, each with arrays of all commits' rows.
/// Order inside: heads of new generations, appended rows, changed heads, removed rows, what earlier generations left,
/// purges. It makes the result the same as that of the commits one after another, because a row's key is never used twice:
/// generations and inbox keys only grow, and ids within a generation are unique. Of several heads of one instance the last counts.
/// </summary>
internal sealed class PostgresBatch(string appId, long epoch)
{
    private readonly Dictionary<string, InstanceRow> _created = new(StringComparer.Ordinal);
    private readonly Dictionary<string, InstanceRow> _updated = new(StringComparer.Ordinal);
    private readonly Dictionary<InboxKey, InboxRow> _inbox = [];
    private readonly StoreCommit _rows = new();

    public void Add(StoreCommit commit)
    {
        commit.Created.ForEach(row => _created[row.InstanceId] = row);
        commit.Updated.ForEach(row => _updated[row.InstanceId] = row);
        _rows.History.AddRange(commit.History);
        commit.Inbox.ForEach(row => _inbox[new InboxKey(row.InstanceId, row.Key)] = row);

        // A row that comes and goes within the batch need not be written.
        _rows.InboxTaken.AddRange(commit.InboxTaken.Where(key => !_inbox.Remove(key)));
        _rows.Tasks.AddRange(commit.Tasks);
        _rows.TasksDone.AddRange(commit.TasksDone);
        _rows.Timers.AddRange(commit.Timers);
        _rows.TimersDone.AddRange(commit.TimersDone);
        _rows.Ended.AddRange(commit.Ended);
        _rows.Purged.AddRange(commit.Purged);
    }

    /// <summary>Writes everything in one implicit transaction.</summary>
    public async Task ExecuteAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        await using var batch = new NpgsqlBatch(connection);
        Append(batch, "SELECT dapr_workflow_fence($1, $2)", epoch);
        AddInserts(batch);
        AddUpdates(batch);
        AddDeletes(batch);
        AddTruncations(batch);

        // Statements stay prepared as long as the connection lives; only the first use costs a round trip.
        await batch.PrepareAsync(cancellationToken);
        await batch.ExecuteNonQueryAsync(cancellationToken);
    }

    private static DateTime[] Utc(IEnumerable<DateTimeOffset> times) => [.. times.Select(time => time.UtcDateTime)];

    private void AddInserts(NpgsqlBatch batch)
    {
        if (_created.Count > 0)
        {
            var rows = _created.Values;
            Append(
                batch,
                PostgresSql.InsertInstances,
                Of(rows, row => row.InstanceId),
                Of(rows, row => row.Generation),
                Of(rows, row => row.Name),
                Of(rows, row => (short)row.Status),
                Utc(rows.Select(row => row.CreatedAt)),
                Utc(rows.Select(row => row.UpdatedAt)),
                Of(rows, row => row.CompletedAt?.UtcDateTime),
                Of(rows, row => row.State),
                Of(rows, row => row.Start));
        }

        if (_rows.History is { Count: > 0 } history)
        {
            Append(batch, PostgresSql.InsertHistory, Of(history, row => row.InstanceId), Of(history, row => row.Generation), Of(history, row => row.Sequence), Of(history, row => row.Event));
        }

        if (_inbox.Count > 0)
        {
            var inbox = _inbox.Values;
            Append(batch, PostgresSql.InsertInbox, Of(inbox, row => row.InstanceId), Of(inbox, row => row.Key), Of(inbox, row => row.ExecutionId), Of(inbox, row => row.Event));
        }

        if (_rows.Tasks is { Count: > 0 } tasks)
        {
            Append(batch, PostgresSql.InsertTasks, Of(tasks, row => row.InstanceId), Of(tasks, row => row.Generation), Of(tasks, row => row.TaskId), Of(tasks, row => row.Event));
        }

        if (_rows.Timers is { Count: > 0 } timers)
        {
            Append(batch, PostgresSql.InsertTimers, Of(timers, row => row.InstanceId), Of(timers, row => row.Generation), Of(timers, row => row.TimerId), Utc(timers.Select(row => row.FireAt)));
        }
    }

    private void AddUpdates(NpgsqlBatch batch)
    {
        if (_updated.Count > 0)
        {
            var rows = _updated.Values;
            Append(
                batch,
                PostgresSql.UpdateInstances,
                Of(rows, row => row.InstanceId),
                Of(rows, row => row.Generation),
                Of(rows, row => (short)row.Status),
                Utc(rows.Select(row => row.UpdatedAt)),
                Of(rows, row => row.CompletedAt?.UtcDateTime),
                Of(rows, row => row.State));
        }
    }

    private void AddDeletes(NpgsqlBatch batch)
    {
        if (_rows.InboxTaken is { Count: > 0 } taken)
        {
            Append(batch, PostgresSql.DeleteInbox, Of(taken, key => key.InstanceId), Of(taken, key => key.Key));
        }

        AppendRunItems(batch, PostgresSql.DeleteTasks, _rows.TasksDone);
        AppendRunItems(batch, PostgresSql.DeleteTimers, _rows.TimersDone);
    }

    private void AddTruncations(NpgsqlBatch batch)
    {
        List<PurgeRow> earlier = [.. _created.Values.Where(row => !row.IsFirst).Select(row => new PurgeRow(row.InstanceId, row.Generation - 1))];
        AppendPurge(batch, PostgresSql.TruncateHistory, [.. earlier, .. _rows.Purged]);
        List<PurgeRow> open = [.. earlier, .. _rows.Ended, .. _rows.Purged];
        AppendPurge(batch, PostgresSql.TruncateTasks, open);
        AppendPurge(batch, PostgresSql.TruncateTimers, open);
        AppendPurge(batch, PostgresSql.PurgeInbox, _rows.Purged);
        AppendPurge(batch, PostgresSql.PurgeInstances, _rows.Purged);
    }

    private void AppendRunItems(NpgsqlBatch batch, string sql, List<RunItemKey> keys)
    {
        if (keys.Count > 0)
        {
            Append(batch, sql, Of(keys, key => key.InstanceId), Of(keys, key => key.Generation), Of(keys, key => key.Id));
        }
    }

    private void AppendPurge(NpgsqlBatch batch, string sql, List<PurgeRow> rows)
    {
        if (rows.Count > 0)
        {
            Append(batch, sql, Of(rows, row => row.InstanceId), Of(rows, row => row.UpTo));
        }
    }

    private static TValue[] Of<TRow, TValue>(IEnumerable<TRow> rows, Func<TRow, TValue> value) => [.. rows.Select(value)];

    // The type of times is said: from an array that begins with null the driver would guess a type that does not take the times behind it.
    private static NpgsqlParameter Parameter(object value)
    {
        var parameter = new NpgsqlParameter { Value = value };
        if (value is DateTime[] or DateTime?[])
        {
            parameter.NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.TimestampTz;
        }

        return parameter;
    }

    private void Append(NpgsqlBatch batch, string sql, params ReadOnlySpan<object> values)
    {
        var command = new NpgsqlBatchCommand(sql);
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = appId });
        foreach (var value in values)
        {
            command.Parameters.Add(Parameter(value));
        }

        batch.BatchCommands.Add(command);
    }
}
