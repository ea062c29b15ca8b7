using ServiceDefaults;

namespace Users.Accounts;

/// <summary>Events of topic <c>users</c>. They carry no personal data: consumers ask this service.</summary>
internal sealed class UserEvents(IOutbox outbox)
{
    private const string Topic = "users";

    public Task RegisteredAsync(DbSession session, Guid userId) =>
        outbox.AppendAsync(session, OutboxEntry.Event(Topic, "user.registered", userId, 1, new { userId }));

    public Task UpdatedAsync(DbSession session, Guid userId, long version) =>
        outbox.AppendAsync(session, OutboxEntry.Event(Topic, "user.updated", userId, version, new { userId }));
}
