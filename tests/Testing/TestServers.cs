using System.Diagnostics;
using Npgsql;

namespace Testing;

/// <summary>
/// The PostgreSQL and Redis servers of a test run: those named by PLATFORM_TEST_POSTGRES and PLATFORM_TEST_REDIS (set by
/// `make test`), else private ones that build/servers.sh starts below .run/test.
/// </summary>
public static class TestServers
{
    private static readonly Lazy<(Uri Postgres, Uri Redis)> Servers = new(Find, LazyThreadSafetyMode.ExecutionAndPublication);

    /// <summary>The root of the repository.</summary>
    public static string RepositoryRoot { get; } = FindRoot();

    /// <summary>A postgres:// URL of a role that may create databases and roles.</summary>
    public static Uri PostgresUrl => Servers.Value.Postgres;

    /// <summary>A redis:// URL with the server's password.</summary>
    public static Uri RedisUrl => Servers.Value.Redis;

    /// <summary>host:port of the Redis server, as Dapr's component metadata `redisHost` wants it.</summary>
    public static string RedisHost => $"{RedisUrl.Host}:{RedisUrl.Port}";

    /// <summary>The password of the Redis server.</summary>
    public static string RedisPassword => Uri.UnescapeDataString(RedisUrl.UserInfo.Split(':', 2)[1]);

    /// <summary>An Npgsql connection string of the administrating role for one database.</summary>
    public static string PostgresConnectionString(string database = "postgres", int maxPoolSize = 20)
    {
        var user = PostgresUrl.UserInfo.Split(':', 2);
        return new NpgsqlConnectionStringBuilder
        {
            Host = PostgresUrl.Host,
            Port = PostgresUrl.Port,
            Username = Uri.UnescapeDataString(user[0]),
            Password = Uri.UnescapeDataString(user[1]),
            Database = database,
            MaxPoolSize = maxPoolSize,
        }.ConnectionString;
    }

    private static (Uri Postgres, Uri Redis) Find()
    {
        var postgres = Environment.GetEnvironmentVariable("PLATFORM_TEST_POSTGRES");
        var redis = Environment.GetEnvironmentVariable("PLATFORM_TEST_REDIS");
        return string.IsNullOrEmpty(postgres) || string.IsNullOrEmpty(redis) ? Start() : (new Uri(postgres), new Uri(redis));
    }

    private static (Uri Postgres, Uri Redis) Start()
    {
        var directory = Path.Combine(RepositoryRoot, ".run", "test");
        var start = new ProcessStartInfo("sh", [Path.Combine(RepositoryRoot, "build", "servers.sh"), "up", "--dir", directory, "--fast"]) { UseShellExecute = false };
        using var process = Process.Start(start)!;
        process.WaitForExit();
        if (process.ExitCode != 0)
        {
            throw new InvalidOperationException("build/servers.sh could not start the test servers; its message is above.");
        }

        var lines = File.ReadAllLines(Path.Combine(directory, "servers.env")).Select(line => line.Split('=', 2)).ToDictionary(pair => pair[0], pair => pair[1], StringComparer.Ordinal);
        return (new Uri(lines["PLATFORM_POSTGRES"]), new Uri(lines["PLATFORM_REDIS"]));
    }

    private static string FindRoot()
    {
        for (var directory = new DirectoryInfo(AppContext.BaseDirectory); directory is not null; directory = directory.Parent)
        {
            if (File.Exists(Path.Combine(directory.FullName, "Platform.sln")))
            {
                return directory.FullName;
            }
        }

        throw new InvalidOperationException($"No Platform.sln above {AppContext.BaseDirectory}.");
    }
}
