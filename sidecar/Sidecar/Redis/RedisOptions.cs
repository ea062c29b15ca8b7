using Sidecar.Components;

namespace Sidecar.Redis;

/// <summary>How to reach a Redis server.</summary>
internal sealed record RedisOptions
{
    /// <summary>Host name or address; metadata <c>redisHost</c> (<c>host:port</c> or <c>host</c>).</summary>
    public required string Host { get; init; }

    /// <summary>TCP port; from <c>redisHost</c> or <c>redisPort</c>, default 6379.</summary>
    public int Port { get; init; } = 6379;

    /// <summary>ACL user, default the server's default user; metadata <c>redisUsername</c>.</summary>
    public string? Username { get; init; }

    /// <summary>Password, default none; metadata <c>redisPassword</c>.</summary>
    public string? Password { get; init; }

    /// <summary>Database number, default 0; metadata <c>redisDB</c>.</summary>
    public int Database { get; init; }

    /// <summary>TLS, default off; metadata <c>enableTLS</c>.</summary>
    public bool Tls { get; init; }

    /// <summary>Deadline of connecting and authenticating, default 5 s; metadata <c>dialTimeout</c>.</summary>
    public TimeSpan DialTimeout { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>Deadline of one command, default 3 s; metadata <c>readTimeout</c>.</summary>
    public TimeSpan CommandTimeout { get; init; } = TimeSpan.FromSeconds(3);

    /// <summary>Commands in flight or waiting on one connection, default 4096; more wait for their deadline.</summary>
    public int MaxPending { get; init; } = 4096;

    /// <summary>First pause before a reconnect, doubled up to <see cref="MaxReconnectDelay"/>; default 100 ms.</summary>
    public TimeSpan ReconnectDelay { get; init; } = TimeSpan.FromMilliseconds(100);

    /// <summary>Longest pause before a reconnect, default 5 s.</summary>
    public TimeSpan MaxReconnectDelay { get; init; } = TimeSpan.FromSeconds(5);

    public string Endpoint => $"{Host}:{Port}";

    /// <summary>The metadata fields that all Redis components share.</summary>
    public static IEnumerable<MetadataField> Fields { get; } =
    [
        new("redisHost", Required: true),
        new("redisPort"),
        new("redisPassword"),
        new("redisUsername"),
        new("redisDB"),
        new("enableTLS"),
        new("insecureSkipTLSVerify") { Values = ["false"], Note = "add the server's certificate authority to the system instead" },
        new("dialTimeout"),
        new("readTimeout"),
        new("redisType") { Values = ["node"], Note = "Redis Cluster is not supported" },
        new("failover") { Values = ["false"], Note = "Redis Sentinel is not supported; name the master in redisHost" },
        new("useEntraID") { Values = ["false"], Aliases = ["useAzureAD"], Note = "use redisUsername and redisPassword" },
        new("useOIDC") { Values = ["false"], Note = "use redisUsername and redisPassword" },
        .. Unsupported("clientCert", "clientKey"),
        .. WithoutMeaning("Redis Sentinel is not supported", "sentinelMasterName", "sentinelUsername", "sentinelPassword"),
        .. WithoutMeaning("one multiplexed connection is used, with its own reconnects", "redisMaxRetries", "maxRetries", "redisMinRetryInterval", "redisMaxRetryInterval", "maxRetryBackoff"),
        .. WithoutMeaning("one multiplexed connection is used, with its own reconnects", "writeTimeout", "poolSize", "minIdleConns", "maxConnAge", "poolTimeout", "idleTimeout", "idleCheckFrequency"),
        .. WithoutMeaning("use redisUsername and redisPassword", "oidcTokenEndpoint", "oidcClientID", "oidcClientAssertionCert", "oidcClientAssertionKey", "oidcResource", "oidcAudience", "oidcKid", "oidcScopes", "oidcCACert"),
    ];

    /// <summary>Reads the metadata that all Redis components share.</summary>
    public static RedisOptions From(ComponentSpec spec)
    {
        var metadata = new MetadataReader(spec);
        var (host, port) = Address(spec, metadata);
        return new RedisOptions
        {
            Host = host,
            Port = port,
            Username = spec["redisUsername"],
            Password = spec["redisPassword"],
            Database = metadata.Integer("redisDB", 0, 0, 1_000_000),
            Tls = metadata.Boolean("enableTLS", false),
            DialTimeout = metadata.Positive("dialTimeout", TimeSpan.FromSeconds(5)),
            CommandTimeout = metadata.Positive("readTimeout", TimeSpan.FromSeconds(3)),
        };
    }

    private static (string Host, int Port) Address(ComponentSpec spec, MetadataReader metadata)
    {
        var address = spec["redisHost"] ?? throw ComponentException.Field(spec, "redisHost", "is missing", "give host:port, e.g. localhost:6379");
        var fallback = metadata.Integer("redisPort", 6379, 1, 65535);
        var colon = address.LastIndexOf(':');
        if (colon < 0 || address.EndsWith(']'))
        {
            return (address.Trim('[', ']'), fallback);
        }

        return int.TryParse(address[(colon + 1)..], out var port) && port is > 0 and < 65536
            ? (address[..colon].Trim('[', ']'), port)
            : throw ComponentException.Field(spec, "redisHost", "has no valid port", "give host:port with a port from 1 to 65535");
    }

    private static IEnumerable<MetadataField> WithoutMeaning(string note, params string[] names) => names.Select(name => new MetadataField(name, FieldSupport.WithoutMeaning, Note: note));

    private static IEnumerable<MetadataField> Unsupported(params string[] names) => names.Select(name => new MetadataField(name, FieldSupport.Unsupported, Note: "client certificates are not supported"));
}
