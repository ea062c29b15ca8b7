using System.Text.RegularExpressions;

namespace Setup;

/// <summary>The servers the platform is set up on.</summary>
/// <param name="Postgres">A postgres:// URL of a role that may create databases and roles.</param>
/// <param name="Redis">A redis:// URL.</param>
/// <param name="DatabasePrefix">Put before every database and role name, so that several platforms fit on one server; default empty.</param>
internal sealed partial record ServerAddresses(Uri Postgres, Uri Redis, string DatabasePrefix)
{
    /// <summary>Reads and checks the three variables; all problems at once.</summary>
    public static (ServerAddresses? Servers, IReadOnlyList<string> Errors) Read(Func<string, string?> variable)
    {
        var errors = new List<string>();
        var postgres = ReadUrl(variable, "PLATFORM_POSTGRES", ["postgres", "postgresql"], "postgres://user:password@host:port/postgres", errors);
        if (postgres is not null && postgres.UserInfo.Split(':', 2) is not [{ Length: > 0 }, { Length: > 0 }])
        {
            errors.Add("PLATFORM_POSTGRES names no user and password; accepted: postgres://user:password@host:port/postgres");
        }

        var redis = ReadUrl(variable, "PLATFORM_REDIS", ["redis"], "redis://:password@host:port", errors);
        var prefix = variable("PLATFORM_DB_PREFIX") ?? "";
        if (!Prefix().IsMatch(prefix))
        {
            errors.Add($"PLATFORM_DB_PREFIX '{prefix}' is not accepted: up to 20 lower-case letters, digits and underscores, a letter first");
        }

        return errors.Count == 0 ? (new ServerAddresses(postgres!, redis!, prefix), errors) : (null, errors);
    }

    private static Uri? ReadUrl(Func<string, string?> variable, string name, string[] schemes, string accepted, List<string> errors)
    {
        var value = variable(name);
        if (string.IsNullOrWhiteSpace(value))
        {
            errors.Add($"{name} is not set; accepted: {accepted} (build/servers.sh up starts private servers)");
            return null;
        }

        if (!Uri.TryCreate(value, UriKind.Absolute, out var url) || !schemes.Contains(url.Scheme, StringComparer.Ordinal) || url.Host.Length == 0)
        {
            errors.Add($"{name} is no URL of the form {accepted}");
            return null;
        }

        return url;
    }

    [GeneratedRegex("^([a-z][a-z0-9_]{0,19})?$", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Prefix();
}
