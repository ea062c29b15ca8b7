using System.Globalization;
using Npgsql;
using Sidecar.Components;

namespace Sidecar.State.PostgreSql;

/// <summary>Turns Dapr's connection metadata (key=value or URL form, single fields on top) into Npgsql's form.</summary>
internal static class PostgreSqlConnectionString
{
    private const string Accepted = "give key=value pairs (host=... port=5432 user=... password=... dbname=...) or a postgres:// URL";

    /// <summary>The metadata fields that all PostgreSQL components share.</summary>
    public static IEnumerable<MetadataField> Fields { get; } =
    [
        new("connectionString") { Aliases = ["url"] },
        new("host"),
        new("hostaddr"),
        new("port"),
        new("database"),
        new("user"),
        new("password"),
        new("sslRootCert"),
        new("maxConns"),
        new("connectionMaxIdleTime"),
        new("queryExecMode", FieldSupport.WithoutMeaning, Note: "statements are prepared automatically"),
        new("useAzureAD") { Values = ["false"], Note = "use user and password" },
        new("useAWSIAM") { Values = ["false"], Note = "use user and password" },
    ];

    public static string From(ComponentSpec spec)
    {
        var text = spec["connectionString"] ?? spec["url"] ?? "";
        var pairs = text.StartsWith("postgres://", StringComparison.Ordinal) || text.StartsWith("postgresql://", StringComparison.Ordinal) ? FromUrl(spec, text) : FromPairs(spec, text);
        foreach (var (field, key) in (ReadOnlySpan<(string, string)>)[("host", "host"), ("hostaddr", "hostaddr"), ("port", "port"), ("database", "dbname"), ("user", "user"), ("password", "password"), ("sslRootCert", "sslrootcert")])
        {
            if (spec[field] is { } value)
            {
                pairs[key] = value;
            }
        }

        if (pairs.Count == 0)
        {
            throw ComponentException.Field(spec, "connectionString", "is missing", Accepted);
        }

        var metadata = new MetadataReader(spec);
        var builder = new NpgsqlConnectionStringBuilder { MaxPoolSize = metadata.Integer("maxConns", 20, 1, 1000), MaxAutoPrepare = 32, ApplicationName = "dapr" };
        if (metadata.Duration("connectionMaxIdleTime", TimeSpan.Zero) is { Ticks: > 0 } idle)
        {
            builder.ConnectionIdleLifetime = (int)Math.Ceiling(idle.TotalSeconds);
        }

        foreach (var (key, value) in pairs)
        {
            Apply(spec, builder, key, value);
        }

        return builder.ConnectionString;
    }

    private static void Apply(ComponentSpec spec, NpgsqlConnectionStringBuilder builder, string key, string value)
    {
        try
        {
            switch (key.ToLowerInvariant())
            {
                case "host" or "hostaddr": builder.Host = value; break;
                case "port": builder.Port = int.Parse(value, CultureInfo.InvariantCulture); break;
                case "user": builder.Username = value; break;
                case "password": builder.Password = value; break;
                case "dbname" or "database": builder.Database = value; break;
                case "sslmode": builder.SslMode = SslModeOf(value); break;
                case "sslrootcert": builder.RootCertificate = value; break;
                case "sslcert": builder.SslCertificate = value; break;
                case "sslkey": builder.SslKey = value; break;
                case "connect_timeout": builder.Timeout = int.Parse(value, CultureInfo.InvariantCulture); break;
                case "application_name": builder.ApplicationName = value; break;
                case "search_path": builder.SearchPath = value; break;
                case "options": builder.Options = value; break;
                case "pool_max_conns": builder.MaxPoolSize = int.Parse(value, CultureInfo.InvariantCulture); break;
                case "pool_min_conns": builder.MinPoolSize = int.Parse(value, CultureInfo.InvariantCulture); break;
                case var pool when pool.StartsWith("pool_", StringComparison.Ordinal): break;
                default: builder.Options = $"{builder.Options} -c {key}={value.Replace(@"\", @"\\", StringComparison.Ordinal).Replace(" ", @"\ ", StringComparison.Ordinal)}".Trim(); break;
            }
        }
        catch (Exception exception) when (exception is FormatException or OverflowException or ArgumentException)
        {
            throw ComponentException.Field(spec, "connectionString", $"has an invalid '{key}'", Accepted);
        }
    }

    private static SslMode SslModeOf(string mode) => mode switch
    {
        "disable" => SslMode.Disable,
        "allow" => SslMode.Allow,
        "prefer" => SslMode.Prefer,
        "require" => SslMode.Require,
        "verify-ca" => SslMode.VerifyCA,
        "verify-full" => SslMode.VerifyFull,
        _ => throw new ArgumentException(mode),
    };

    private static Dictionary<string, string> FromUrl(ComponentSpec spec, string text)
    {
        if (!Uri.TryCreate(text, UriKind.Absolute, out var url))
        {
            throw ComponentException.Field(spec, "connectionString", "is no valid URL", Accepted);
        }

        var pairs = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        Add("host", url.Host.Trim('[', ']'));
        Add("port", url.Port > 0 ? url.Port.ToString() : "");
        var user = url.UserInfo.Split(':', 2);
        Add("user", Uri.UnescapeDataString(user[0]));
        Add("password", user.Length > 1 ? Uri.UnescapeDataString(user[1]) : "");
        Add("dbname", Uri.UnescapeDataString(url.AbsolutePath.TrimStart('/')));
        foreach (var part in url.Query.TrimStart('?').Split('&', StringSplitOptions.RemoveEmptyEntries))
        {
            var pair = part.Split('=', 2);
            Add(Uri.UnescapeDataString(pair[0]), pair.Length > 1 ? Uri.UnescapeDataString(pair[1]) : "");
        }

        return pairs;

        void Add(string key, string value)
        {
            if (value.Length > 0)
            {
                pairs[key] = value;
            }
        }
    }

    // libpq's form: key = value, a value with blanks in single quotes, \' and \\ escaped.
    private static Dictionary<string, string> FromPairs(ComponentSpec spec, string text)
    {
        var pairs = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        var rest = text.AsSpan().Trim();
        while (!rest.IsEmpty)
        {
            var equals = rest.IndexOf('=');
            if (equals <= 0)
            {
                throw ComponentException.Field(spec, "connectionString", "is not understood", Accepted);
            }

            var key = rest[..equals].Trim().ToString();
            rest = rest[(equals + 1)..].TrimStart();
            pairs[key] = TakeValue(spec, ref rest);
            rest = rest.TrimStart();
        }

        return pairs;
    }

    private static string TakeValue(ComponentSpec spec, ref ReadOnlySpan<char> rest)
    {
        var quoted = rest.StartsWith("'");
        var value = new System.Text.StringBuilder();
        var i = quoted ? 1 : 0;
        for (; i < rest.Length; i++)
        {
            if (rest[i] == '\\' && i + 1 < rest.Length)
            {
                value.Append(rest[++i]);
            }
            else if (quoted ? rest[i] == '\'' : char.IsWhiteSpace(rest[i]))
            {
                break;
            }
            else
            {
                value.Append(rest[i]);
            }
        }

        if (quoted && i >= rest.Length)
        {
            throw ComponentException.Field(spec, "connectionString", "has a quote that is not closed", Accepted);
        }

        rest = rest[Math.Min(rest.Length, quoted ? i + 1 : i)..];
        return value.ToString();
    }
}
