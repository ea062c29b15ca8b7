using Npgsql;

namespace Setup;

/// <summary>
/// Makes databases and roles what they should be; run again it changes nothing. A service's database belongs to its owner role, which
/// runs the migrations; the application and system roles get only what the migrations grant, and none may bypass row-level security.
/// </summary>
internal sealed class DatabaseProvisioner(ServerAddresses servers, EnvironmentFile file)
{
    /// <summary>Creates what is missing and sets the passwords of the file.</summary>
    public async Task ProvisionAsync(CancellationToken cancellationToken)
    {
        await using var source = NpgsqlDataSource.Create(AdministratorConnectionString(null));
        foreach (var service in PlatformEnvironment.Services)
        {
            var database = servers.DatabasePrefix + service;
            foreach (var (suffix, _) in PlatformEnvironment.Roles)
            {
                await EnsureRoleAsync(source, $"{database}_{suffix}", cancellationToken);
            }

            await EnsureDatabaseAsync(source, database, $"{database}_owner", [$"{database}_app", $"{database}_system"], cancellationToken);
        }

        var dapr = $"{servers.DatabasePrefix}dapr";
        await EnsureRoleAsync(source, $"{dapr}_app", cancellationToken);
        await EnsureDatabaseAsync(source, dapr, $"{dapr}_app", [], cancellationToken);
    }

    private async Task EnsureRoleAsync(NpgsqlDataSource source, string role, CancellationToken cancellationToken)
    {
        var password = file.GetOrAdd(PlatformEnvironment.PasswordVariable(role), PlatformEnvironment.NewSecret);
        var exists = await ScalarAsync(source, "SELECT 1 FROM pg_roles WHERE rolname = $1", role, cancellationToken) is not null;
        await ExecuteAsync(source, $"{(exists ? "ALTER" : "CREATE")} ROLE {role} LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOBYPASSRLS PASSWORD '{password}'", cancellationToken);
        if (!exists)
        {
            // Only a member of the owning role may give it a database, unless it is a superuser.
            await ExecuteAsync(source, $"GRANT {role} TO CURRENT_USER", cancellationToken);
        }
    }

    private async Task EnsureDatabaseAsync(NpgsqlDataSource source, string database, string owner, IReadOnlyList<string> users, CancellationToken cancellationToken)
    {
        if (await ScalarAsync(source, "SELECT 1 FROM pg_database WHERE datname = $1", database, cancellationToken) is not null)
        {
            return;
        }

        await ExecuteAsync(source, $"CREATE DATABASE {database} OWNER {owner}", cancellationToken);
        await ExecuteAsync(source, $"REVOKE ALL ON DATABASE {database} FROM PUBLIC", cancellationToken);
        foreach (var user in users)
        {
            await ExecuteAsync(source, $"GRANT CONNECT ON DATABASE {database} TO {user}", cancellationToken);
        }

        await using var inside = NpgsqlDataSource.Create(AdministratorConnectionString(database));
        await ExecuteAsync(inside, $"ALTER SCHEMA public OWNER TO {owner}; REVOKE ALL ON SCHEMA public FROM PUBLIC", cancellationToken);
        foreach (var user in users)
        {
            await ExecuteAsync(inside, $"GRANT USAGE ON SCHEMA public TO {user}", cancellationToken);
        }
    }

    private string AdministratorConnectionString(string? database)
    {
        var user = servers.Postgres.UserInfo.Split(':', 2);
        var named = servers.Postgres.AbsolutePath.Trim('/');
        return new NpgsqlConnectionStringBuilder
        {
            Host = servers.Postgres.Host,
            Port = servers.Postgres.Port > 0 ? servers.Postgres.Port : 5432,
            Database = database ?? (named.Length > 0 ? named : "postgres"),
            Username = Uri.UnescapeDataString(user[0]),
            Password = Uri.UnescapeDataString(user[1]),
            Pooling = database is null,
        }.ConnectionString;
    }

    private static async Task<object?> ScalarAsync(NpgsqlDataSource source, string sql, string parameter, CancellationToken cancellationToken)
    {
        await using var command = source.CreateCommand(sql);
        command.Parameters.Add(new NpgsqlParameter { Value = parameter });
        return await command.ExecuteScalarAsync(cancellationToken);
    }

    // Names come from a checked prefix and constants, passwords from NewSecret: PostgreSQL takes no parameters here.
    private static async Task ExecuteAsync(NpgsqlDataSource source, string sql, CancellationToken cancellationToken)
    {
        await using var command = source.CreateCommand(sql);
        await command.ExecuteNonQueryAsync(cancellationToken);
    }
}
