using System.Text.Json;
using Npgsql;
using NpgsqlTypes;

namespace ServiceDefaults;

/// <summary>
/// Takes the oldest entry of each aggregate that nobody else works on. The row locks of the transaction are the claim: a crash
/// frees them, and a later entry of the same aggregate is invisible to others until the earlier one is gone.
/// </summary>
internal sealed class OutboxStore(NpgsqlConnection connection, NpgsqlTransaction transaction, TimeProvider clock)
{
    private const string TakeSql = """
        SELECT id, tenant_id, kind, topic, type, aggregate_id, version, data::text, traceparent, created_at, attempts
        FROM outbox o
        WHERE kind = $1 AND next_attempt_at <= $2
          AND NOT EXISTS (SELECT 1 FROM outbox e WHERE e.kind = o.kind AND e.aggregate_id = o.aggregate_id AND e.seq < o.seq)
        ORDER BY seq LIMIT $3 FOR UPDATE OF o SKIP LOCKED
        """;

    public async Task<IReadOnlyList<OutboxMessage>> TakeAsync(string kind, int count, CancellationToken ct)
    {
        await using var command = new NpgsqlCommand(TakeSql, connection, transaction)
        {
            Parameters = { new() { Value = kind }, new() { Value = clock.GetUtcNow().UtcDateTime }, new() { Value = count } },
        };
        await using var reader = await command.ExecuteReaderAsync(ct);
        var messages = new List<OutboxMessage>();
        while (await reader.ReadAsync(ct))
        {
            messages.Add(Read(reader));
        }

        return messages;
    }

    public async Task DoneAsync(IReadOnlyCollection<Guid> ids, CancellationToken ct)
    {
        await using var command = new NpgsqlCommand("DELETE FROM outbox WHERE id = ANY($1)", connection, transaction)
        {
            Parameters = { new() { Value = ids.ToArray(), NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Uuid } },
        };
        await command.ExecuteNonQueryAsync(ct);
    }

    public async Task FailedAsync(Guid id, TimeSpan wait, string error, CancellationToken ct)
    {
        await using var command = new NpgsqlCommand("UPDATE outbox SET attempts = attempts + 1, next_attempt_at = $2, last_error = $3 WHERE id = $1", connection, transaction)
        {
            Parameters = { new() { Value = id }, new() { Value = (clock.GetUtcNow() + wait).UtcDateTime }, new() { Value = error } },
        };
        await command.ExecuteNonQueryAsync(ct);
    }

    private static OutboxMessage Read(NpgsqlDataReader row) => new(
        row.GetGuid(0),
        row.GetString(1),
        row.GetString(2),
        row.GetString(3),
        row.GetString(4),
        row.GetString(5),
        row.GetInt64(6),
        JsonElement.Parse(row.GetString(7)),
        row.IsDBNull(8) ? null : row.GetString(8),
        new DateTimeOffset(row.GetDateTime(9), TimeSpan.Zero),
        row.GetInt32(10) + 1);
}
