using System.Diagnostics;
using System.Text.Json;

namespace ServiceDefaults;

internal sealed class Outbox(IIdGenerator ids, TimeProvider clock, OutboxSignal signal) : IOutbox
{
    public async Task AppendAsync(DbSession session, OutboxEntry entry)
    {
        var now = clock.GetUtcNow();
        await session.ExecuteAsync(
            """
            INSERT INTO outbox (id, tenant_id, kind, topic, type, aggregate_id, version, data, traceparent, created_at, next_attempt_at)
            VALUES (@id, @tenant, @kind, @topic, @type, @aggregateId, @version, @data::jsonb, @traceparent, @now, @now)
            """,
            new
            {
                id = ids.NewId(),
                tenant = session.Context.TenantId,
                kind = entry.Kind,
                topic = entry.Topic,
                type = entry.Type,
                aggregateId = entry.AggregateId,
                version = entry.Version,
                data = JsonSerializer.Serialize(entry.Data ?? new { }, ServiceJson.Options),
                traceparent = Activity.Current?.Id,
                now,
            });
        session.OnCommitted(signal.Raise);
    }
}
