using ServiceDefaults;

namespace Users.Accounts;

/// <summary>Rows of users, within the tenant of the session.</summary>
internal sealed class UserTable(TimeProvider time)
{
    /// <summary>Adds the user; false when the id or the email is taken.</summary>
    public async Task<bool> TryAddAsync(DbSession session, Guid id, Registration.RegisterRequest user, string passwordHash, IReadOnlyList<string> roles)
    {
        const string sql = """
            INSERT INTO users (id, tenant_id, email, password_hash, first_name, last_name, address_street, address_city, address_state,
                               address_zip, address_country, roles, created_at, updated_at)
            VALUES (@id, @tenantId, @Email, @passwordHash, @FirstName, @LastName, @Street, @City, @State, @ZipCode, @Country, @roles, @now, @now)
            ON CONFLICT DO NOTHING
            """;
        return await session.ExecuteAsync(sql, new
        {
            id,
            tenantId = session.Context.TenantId,
            user.Email,
            passwordHash,
            user.FirstName,
            user.LastName,
            user.Address?.Street,
            user.Address?.City,
            user.Address?.State,
            user.Address?.ZipCode,
            user.Address?.Country,
            roles = roles.ToArray(),
            now = time.GetUtcNow(),
        }) == 1;
    }

    public static Task<UserRow?> FindAsync(DbSession session, Guid id) =>
        session.QuerySingleOrDefaultAsync<UserRow>($"SELECT {UserRow.Columns} FROM users WHERE id = @id", new { id });

    /// <summary>The user, locked until the transaction ends.</summary>
    public static Task<UserRow?> LockAsync(DbSession session, Guid id) =>
        session.QuerySingleOrDefaultAsync<UserRow>($"SELECT {UserRow.Columns} FROM users WHERE id = @id FOR UPDATE", new { id });

    public Task UpdateProfileAsync(DbSession session, Guid id, Profiles.ProfileRequest profile)
    {
        const string sql = """
            UPDATE users
            SET first_name = @FirstName, last_name = @LastName, address_street = @Street, address_city = @City, address_state = @State,
                address_zip = @ZipCode, address_country = @Country, version = version + 1, updated_at = @now
            WHERE id = @id
            """;
        return session.ExecuteAsync(sql, new
        {
            id,
            profile.FirstName,
            profile.LastName,
            profile.Address?.Street,
            profile.Address?.City,
            profile.Address?.State,
            profile.Address?.ZipCode,
            profile.Address?.Country,
            now = time.GetUtcNow(),
        });
    }

    public Task SetPasswordHashAsync(DbSession session, Guid id, string passwordHash) => session.ExecuteAsync(
        "UPDATE users SET password_hash = @passwordHash, updated_at = @now WHERE id = @id", new { id, passwordHash, now = time.GetUtcNow() });
}
