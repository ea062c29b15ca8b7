using Microsoft.Extensions.Options;
using ServiceDefaults;
using Users.Accounts;
using Users.Passwords;
using Users.Registration;

namespace Users.Demo;

/// <summary>Writes the demonstration accounts where they are missing; what exists is left alone.</summary>
internal sealed class DemoSeed(IDatabase database, UserTable users, UserEvents events, PasswordHashing passwords, IOptions<DemoOptions> options) : IHostedService
{
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        if (!options.Value.Seed)
        {
            return;
        }

        foreach (var (id, user, roles) in DemoUsers.All)
        {
            await AddMissingAsync(id, user, roles, cancellationToken);
        }
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    private async Task AddMissingAsync(Guid id, RegisterRequest user, string[] roles, CancellationToken ct)
    {
        var context = RequestContext.System("demo-seed");
        if (await database.TransactionAsync(context, session => UserTable.FindAsync(session, id), ct) is not null)
        {
            return;
        }

        var hash = await passwords.HashAsync(user.Password!, ct) ?? throw new InvalidOperationException("No turn to hash a demonstration password.");
        await database.TransactionAsync(context, async session =>
        {
            if (await users.TryAddAsync(session, id, user, hash, roles))
            {
                await events.RegisteredAsync(session, id);
            }
        }, ct);
    }
}
