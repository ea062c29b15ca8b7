using System.Diagnostics;

namespace Conformance;

/// <summary>The stores of a replay: a Redis server and a PostgreSQL database of its own, emptied before each scenario.</summary>
internal sealed class Stores : IAsyncDisposable
{
    private readonly int _redisPort = FreePort.Next();
    private Process? _redis;
    private PostgresDatabase? _database;

    /// <summary>Starts them.</summary>
    public async Task StartAsync()
    {
        _redis = Process.Start(new ProcessStartInfo("redis-server", ["--port", _redisPort.ToString(), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no"]) { UseShellExecute = false, RedirectStandardOutput = true })!;
        await Eventually.TrueAsync(async () => (await RedisAsync(["ping"])).StartsWith("PONG", StringComparison.Ordinal), "Redis answers");
        _database = await PostgresDatabase.CreateAsync();
    }

    /// <summary>Empties Redis and, for a scenario that uses it, PostgreSQL: both versions of its state store call their table the same.</summary>
    public async Task EmptyAsync(bool database)
    {
        await RedisAsync(["flushall"]);
        if (database)
        {
            await SqlAsync("drop schema public cascade; create schema public");
        }
    }

    /// <summary>Sets `{{redis}}` and `{{pg}}`.</summary>
    public void Fill(Placeholders placeholders)
    {
        placeholders.Set("redis", $"127.0.0.1:{_redisPort}");
        placeholders.Set("pg", _database!.KeyValueConnectionString);
    }

    /// <summary>Runs redis-cli.</summary>
    public async Task<string> RedisAsync(IReadOnlyList<string> words)
    {
        using var process = Process.Start(new ProcessStartInfo("redis-cli", ["-h", "127.0.0.1", "-p", _redisPort.ToString(), .. words]) { UseShellExecute = false, RedirectStandardOutput = true, RedirectStandardError = true })!;
        var output = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        return output;
    }

    /// <summary>Runs a statement with psql.</summary>
    public async Task<string> SqlAsync(string sql)
    {
        var parts = new Npgsql.NpgsqlConnectionStringBuilder(_database!.ConnectionString);
        var start = new ProcessStartInfo("psql", ["-h", parts.Host!, "-p", parts.Port.ToString(), "-U", parts.Username!, "-d", parts.Database!, "-A", "-t", "-c", sql]) { UseShellExecute = false, RedirectStandardOutput = true, RedirectStandardError = true };
        start.Environment["PGPASSWORD"] = parts.Password;
        using var process = Process.Start(start)!;
        var output = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        return output;
    }

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        if (_redis is not null)
        {
            _redis.Kill();
            await _redis.WaitForExitAsync();
            _redis.Dispose();
        }

        if (_database is not null)
        {
            await _database.DisposeAsync();
        }
    }
}
