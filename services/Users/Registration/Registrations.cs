using ServiceDefaults;
using Users.Accounts;

namespace Users.Registration;

/// <summary>Adds customers.</summary>
internal sealed class Registrations(IDatabase database, UserTable users, UserEvents events, IIdGenerator ids)
{
    private static readonly string[] CustomerRoles = [Roles.Customer];

    /// <summary>The new user, or null when the email is taken.</summary>
    public Task<UserRow?> AddAsync(RequestContext context, RegisterRequest request, string passwordHash, CancellationToken ct) =>
        database.TransactionAsync(context, async session =>
        {
            var id = ids.NewId();
            if (!await users.TryAddAsync(session, id, request, passwordHash, CustomerRoles))
            {
                return null;
            }

            await events.RegisteredAsync(session, id);
            return await UserTable.FindAsync(session, id);
        }, ct);
}
