namespace ServiceDefaults;

internal sealed class Inbox : IInbox
{
    public async Task<bool> TryAcceptAsync(DbSession session, string subscription, string eventId) =>
        await session.ExecuteAsync(
            "INSERT INTO inbox (tenant_id, subscription, event_id) VALUES (@tenant, @subscription, @eventId) ON CONFLICT DO NOTHING",
            new { tenant = session.Context.TenantId, subscription, eventId }) == 1;
}
