using Npgsql;

namespace Testing;

/// <summary>A database of its own for one test class, dropped at the end.</summary>
public sealed class PostgresDatabase : IAsyncDisposable
{
    private PostgresDatabase(string name)
    {
        Name = name;
        ConnectionString = TestServers.PostgresConnectionString(name);
    }

    /// <summary>The database's name.</summary>
    public string Name { get; }

    /// <summary>An Npgsql connection string of the administrating role.</summary>
    public string ConnectionString { get; }

    /// <summary>The same database in the key=value form that Dapr's `state.postgresql` takes.</summary>
    public string KeyValueConnectionString
    {
        get
        {
            var parts = new NpgsqlConnectionStringBuilder(ConnectionString);
            return $"host={parts.Host} port={parts.Port} user={parts.Username} password={parts.Password} dbname={parts.Database} sslmode=disable";
        }
    }

    /// <summary>Creates an empty database.</summary>
    public static async Task<PostgresDatabase> CreateAsync()
    {
        var database = new PostgresDatabase($"test_{Guid.NewGuid():N}");
        await ExecuteAsync($"CREATE DATABASE {database.Name}");
        return database;
    }

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        await ExecuteAsync($"DROP DATABASE IF EXISTS {Name} WITH (FORCE)");
    }

    private static async Task ExecuteAsync(string sql)
    {
        await using var connection = new NpgsqlConnection(TestServers.PostgresConnectionString());
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync();
    }
}
