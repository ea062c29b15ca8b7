using ServiceDefaults;
using Users.Accounts;

namespace Users.Profiles;

/// <summary>Changes profiles.</summary>
internal sealed class ProfileUpdates(IDatabase database, UserTable users, UserEvents events)
{
    /// <summary>Whether the user was found, and the changed user unless it has another version.</summary>
    public Task<(bool Found, UserRow? User)> ApplyAsync(RequestContext context, Guid userId, ProfileRequest request, string? ifMatch, CancellationToken ct) =>
        database.TransactionAsync(context, async session =>
        {
            var before = await UserTable.LockAsync(session, userId);
            if (before is null || !UserVersion.Allows(ifMatch, before))
            {
                return (before is not null, (UserRow?)null);
            }

            await users.UpdateProfileAsync(session, userId, request);
            await events.UpdatedAsync(session, userId, before.Version + 1);
            return (true, await UserTable.FindAsync(session, userId));
        }, ct);
}
