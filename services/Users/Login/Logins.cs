using ServiceDefaults;
using Users.Accounts;
using Users.Passwords;
using Users.Tokens;

namespace Users.Login;

/// <summary>
/// Logs users in. The email decides the tenant, so the account is found with the system role. An unknown email, an inactive
/// account and a wrong password take the same steps, so that neither text nor time tells them apart.
/// </summary>
internal sealed class Logins(
    IDatabase database, LoginFailures failures, PasswordHashing passwords, UserTable users, TokenIssuer issuer, IIdGenerator ids)
{
    private const string Job = "login";

    public async Task<LoginOutcome> LogInAsync(string email, string password, string? address, CancellationToken ct)
    {
        var pair = LoginFailures.Pair(email, address);
        var (lockedFor, account) = await database.SystemTransactionAsync(
            Job, async session => (await failures.LockedForAsync(session, pair), await FindAsync(session, email)), ct);
        if (lockedFor is { } rest)
        {
            return LoginOutcome.Locked(rest);
        }

        var check = await passwords.CheckAsync(account?.PasswordHash, password, ct);
        if (check is null)
        {
            return LoginOutcome.Busy;
        }

        if (account is not { IsActive: true } || check == PasswordCheck.Wrong)
        {
            await database.SystemTransactionAsync(Job, session => failures.RecordAsync(session, pair), ct);
            return LoginOutcome.WrongCredentials;
        }

        return await EndAsync(account, password, check == PasswordCheck.RightButWeaklyHashed, pair, ct);
    }

    private static Task<Account?> FindAsync(DbSession session, string email) => session.QuerySingleOrDefaultAsync<Account>(
        "SELECT id, tenant_id AS TenantId, password_hash AS PasswordHash, is_active AS IsActive FROM users WHERE lower(email) = lower(@email)", new { email });

    private async Task<LoginOutcome> EndAsync(Account account, string password, bool rehash, byte[] pair, CancellationToken ct)
    {
        // Guesses that ran beside each other may have locked the pair meanwhile: the lucky one of them does not get in either.
        var lockedFor = await database.SystemTransactionAsync(Job, async session =>
        {
            await failures.ForgetAsync(session, pair);
            return await failures.LockedForAsync(session, pair);
        }, ct);
        if (lockedFor is { } rest)
        {
            return LoginOutcome.Locked(rest);
        }

        var newHash = rehash ? await passwords.HashAsync(password, ct) : null;
        return await database.TransactionAsync(RequestContext.System(Job, account.TenantId), async session =>
        {
            if (newHash is not null)
            {
                await users.SetPasswordHashAsync(session, account.Id, newHash);
            }

            var user = await UserTable.FindAsync(session, account.Id);
            return user is null ? LoginOutcome.WrongCredentials : LoginOutcome.LoggedIn(await issuer.IssueAsync(session, user, ids.NewId(), ct));
        }, ct);
    }
}
