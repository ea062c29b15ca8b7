using Dapper;
using Npgsql;
using Testing;

namespace ServiceTesting;

/// <summary>A service's database with its three roles, as the set-up makes it: owner, application (row-level security binds it), system.</summary>
public sealed class ServiceDatabase : IAsyncDisposable
{
    private const string Password = "test-only";
    private readonly PostgresDatabase _database;

    private ServiceDatabase(PostgresDatabase database) => _database = database;

    /// <summary>Connection string of the application role.</summary>
    public string Default => As("app");

    /// <summary>Connection string of the owner.</summary>
    public string Owner => As("owner");

    /// <summary>Connection string of the role for work across tenants.</summary>
    public string System => As("system");

    /// <summary>Connection string of the administrator, whom no policy binds.</summary>
    public string Administrator => _database.ConnectionString;

    /// <summary>Creates the database and its roles.</summary>
    public static async Task<ServiceDatabase> CreateAsync()
    {
        var database = new ServiceDatabase(await PostgresDatabase.CreateAsync());
        var name = database._database.Name;
        await database.ExecuteAsync($"""
            CREATE ROLE {name}_owner LOGIN PASSWORD '{Password}';
            CREATE ROLE {name}_app LOGIN PASSWORD '{Password}';
            CREATE ROLE {name}_system LOGIN PASSWORD '{Password}';
            ALTER DATABASE {name} OWNER TO {name}_owner;
            """);
        return database;
    }

    /// <summary>All rows, as administrator.</summary>
    public async Task<IReadOnlyList<T>> QueryAsync<T>(string sql, object? p = null)
    {
        await using var connection = new NpgsqlConnection(Administrator);
        return (await connection.QueryAsync<T>(sql, p)).AsList();
    }

    /// <summary>One value, as administrator.</summary>
    public async Task<T> ScalarAsync<T>(string sql, object? p = null)
    {
        await using var connection = new NpgsqlConnection(Administrator);
        return (await connection.ExecuteScalarAsync<T>(sql, p))!;
    }

    /// <summary>Runs a statement, as administrator.</summary>
    public async Task<int> ExecuteAsync(string sql, object? p = null)
    {
        await using var connection = new NpgsqlConnection(Administrator);
        return await connection.ExecuteAsync(sql, p);
    }

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        var name = _database.Name;
        await _database.DisposeAsync();
        await using var connection = new NpgsqlConnection(TestServers.PostgresConnectionString());
        await connection.ExecuteAsync($"DROP ROLE IF EXISTS {name}_owner, {name}_app, {name}_system");
    }

    private string As(string role) => new NpgsqlConnectionStringBuilder(_database.ConnectionString)
    {
        Username = $"{_database.Name}_{role}",
        Password = Password,
        MaxPoolSize = 20,
    }.ConnectionString;
}
