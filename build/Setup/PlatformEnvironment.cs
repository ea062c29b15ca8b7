using System.Security.Cryptography;
using Npgsql;

namespace Setup;

/// <summary>The names under which sidecars and services read their connection details (`secrets` component, environment).</summary>
internal static class PlatformEnvironment
{
    /// <summary>The services that have a database.</summary>
    public static readonly IReadOnlyList<string> Services = ["users", "products", "orders", "payments"];

    /// <summary>The three roles of a service's database, by the suffix of the role and the name of its connection string.</summary>
    public static readonly IReadOnlyList<(string Suffix, string ConnectionString)> Roles = [("owner", "Owner"), ("app", "Default"), ("system", "System")];

    /// <summary>The variable that keeps a role's generated password.</summary>
    public static string PasswordVariable(string role) => $"SETUP_PASSWORD_{role.ToUpperInvariant()}";

    /// <summary>A new password or token: 24 random bytes in hexadecimal.</summary>
    public static string NewSecret() => Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(24));

    /// <summary>Derives every variable from the addresses and the passwords.</summary>
    public static void Write(EnvironmentFile file, ServerAddresses servers)
    {
        foreach (var service in Services)
        {
            foreach (var (suffix, name) in Roles)
            {
                var role = $"{servers.DatabasePrefix}{service}_{suffix}";
                file.Set($"{service.ToUpperInvariant()}_ConnectionStrings__{name}", ConnectionString(servers, servers.DatabasePrefix + service, role, file.Values[PasswordVariable(role)]));
            }
        }

        var dapr = $"{servers.DatabasePrefix}dapr";
        file.Set("STATE_POSTGRES", $"host={servers.Postgres.Host} port={Port(servers.Postgres, 5432)} user={dapr}_app password={file.Values[PasswordVariable($"{dapr}_app")]} dbname={dapr} sslmode={SslMode(servers.Postgres)}");
        file.Set("REDIS_HOST", $"{servers.Redis.Host}:{Port(servers.Redis, 6379)}");
        file.Set("REDIS_PASSWORD", Uri.UnescapeDataString(servers.Redis.UserInfo.Split(':', 2).ElementAtOrDefault(1) ?? ""));
        file.GetOrAdd("APP_API_TOKEN", NewSecret);
        file.GetOrAdd("DAPR_API_TOKEN", NewSecret);
    }

    private static string ConnectionString(ServerAddresses servers, string database, string role, string password) => new NpgsqlConnectionStringBuilder
    {
        Host = servers.Postgres.Host,
        Port = Port(servers.Postgres, 5432),
        Database = database,
        Username = role,
        Password = password,
        SslMode = IsLoopback(servers.Postgres) ? Npgsql.SslMode.Disable : Npgsql.SslMode.Prefer,
    }.ConnectionString;

    private static string SslMode(Uri url) => IsLoopback(url) ? "disable" : "prefer";

    private static bool IsLoopback(Uri url) => url.IsLoopback;

    private static int Port(Uri url, int standard) => url.Port > 0 ? url.Port : standard;
}
