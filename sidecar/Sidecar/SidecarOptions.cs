using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Sidecar.Components;
using Sidecar.Health;

namespace Sidecar;

/// <summary>What one sidecar needs to know at start: the settings that daprd takes as flags and environment, and what it shares with its run.</summary>
internal sealed record SidecarOptions
{
    private const long DefaultMaxBodySize = 4 * 1024 * 1024;
    private const int DefaultReadBufferSize = 4 * 1024;
    private const int LooseReadBufferSize = 1024 * 1024;
    private const int LargestReadBufferSize = 512 * 1024 * 1024;

    /// <summary>The app id; not empty.</summary>
    public required string AppId { get; init; }

    /// <summary>Which instance of its app this one belongs to; default 1. Instances of one app in a run share its calls, messages, jobs, actors and workflows.</summary>
    public int Instance { get; init; } = 1;

    /// <summary>The address both endpoints listen on; default 127.0.0.1.</summary>
    public string ListenAddress { get; init; } = "127.0.0.1";

    /// <summary>The HTTP/1.1 port; default 3500, 0 takes a free one (see <see cref="SidecarRuntime.HttpPort"/>).</summary>
    public int HttpPort { get; init; } = 3500;

    /// <summary>The gRPC port (HTTP/2 cleartext); default 50001, 0 takes a free one (see <see cref="SidecarRuntime.GrpcPort"/>).</summary>
    public int GrpcPort { get; init; } = 50001;

    /// <summary>The port of the health and metadata endpoints alone; default none.</summary>
    public int? PublicPort { get; init; }

    /// <summary>The port of Prometheus' metrics; default none.</summary>
    public int? MetricsPort { get; init; }

    /// <summary>The port of the app; none = the sidecar has no app to call.</summary>
    public int? AppPort { get; init; }

    /// <summary>The protocol of the app: <c>http</c>, <c>h2c</c> (HTTP/2 without TLS) or <c>grpc</c>; default <c>http</c>.</summary>
    public string AppProtocol { get; init; } = "http";

    /// <summary>Whether the app speaks gRPC.</summary>
    public bool IsGrpcApp => AppProtocol.Equals("grpc", StringComparison.OrdinalIgnoreCase);

    /// <summary>Whether the app speaks HTTP/2 only.</summary>
    public bool IsHttp2App => AppProtocol.Equals("h2c", StringComparison.OrdinalIgnoreCase);

    /// <summary>The address of the app; default 127.0.0.1.</summary>
    public string AppChannelAddress { get; init; } = "127.0.0.1";

    /// <summary>How many calls the app gets at once; default -1, unlimited.</summary>
    public int AppMaxConcurrency { get; init; } = -1;

    /// <summary>The app health check; default none, that is the app counts as healthy once it accepts connections.</summary>
    public AppHealthOptions? AppHealth { get; init; }

    /// <summary>The folders (or files) with the resources, in order.</summary>
    public IReadOnlyList<string> ResourcesPaths { get; init; } = [];

    /// <summary>The file of the Configuration; default none.</summary>
    public string? ConfigurationPath { get; init; }

    /// <summary>The environment as the sidecar sees it: <c>secretstores.local.env</c>, <c>envRef</c>, NAMESPACE. Default: the environment of this process.</summary>
    public IReadOnlyDictionary<string, string> Environment { get; init; } = ProcessEnvironment();

    /// <summary>The token callers must send as <c>dapr-api-token</c>; default none.</summary>
    public string? ApiToken { get; init; }

    /// <summary>The token sent to the app as <c>dapr-api-token</c>; default none.</summary>
    public string? AppApiToken { get; init; }

    /// <summary>The origins of web pages that may call the HTTP API, with or without a <c>*</c>; default none.</summary>
    public IReadOnlyList<string> AllowedOrigins { get; init; } = [];

    /// <summary>The largest request body in bytes; default 4 MiB.</summary>
    public long MaxBodySize { get; init; } = DefaultMaxBodySize;

    /// <summary>The largest body that is held in memory as a whole.</summary>
    public long MaxKeptBody => Math.Min(MaxBodySize, int.MaxValue);

    /// <summary>The largest total of request headers in bytes; default 4 KiB.</summary>
    public int ReadBufferSize { get; init; } = DefaultReadBufferSize;

    /// <summary>How long a stop waits for calls and deliveries under way; default 5 s.</summary>
    public TimeSpan GracefulShutdown { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>The endpoints of the app that are not asked at start: <c>config</c>, <c>subscribe</c>; default none.</summary>
    public IReadOnlyList<string> DisabledInitEndpoints { get; init; } = [];

    /// <summary>How long a stop goes on as if nothing were, or until the app is unhealthy; default none. daprd's <c>dapr-block-shutdown-duration</c>.</summary>
    public TimeSpan BlockShutdown { get; init; }

    /// <summary>True logs each call of the HTTP and gRPC API, without bodies, queries and headers; default false.</summary>
    public bool ApiLogging { get; init; }

    /// <summary>Whether there are actors and workflows; default true. False answers as daprd without placement addresses.</summary>
    public bool HasPlacement { get; init; } = true;

    /// <summary>Whether there are jobs and reminders; default true. False answers as daprd without scheduler addresses.</summary>
    public bool HasScheduler { get; init; } = true;

    /// <summary>How often the resource files are looked at for changes, which are then taken while the sidecar runs; default zero, never. The Configuration switches it off by feature <c>HotReload</c>.</summary>
    public TimeSpan WatchResources { get; init; }

    /// <summary>False takes resources as daprd does: what is wrong in a resiliency or configuration file is logged and left out. Default true: any error stops the start.</summary>
    public bool StrictResources { get; init; } = true;

    /// <summary>Makes ids; default random ones.</summary>
    public Func<Guid> NewId { get; init; } = Guid.NewGuid;

    /// <summary>What the sidecars of the run share; default one of its own.</summary>
    public RunScope Run { get; init; } = new();

    /// <summary>Where sidecars of other processes are found, and this one makes itself known; default nowhere.</summary>
    public NameResolution.IPeerAddresses? Peers { get; init; }

    /// <summary>Makes the loggers; default: nothing is logged.</summary>
    public ILoggerFactory Loggers { get; init; } = NullLoggerFactory.Instance;

    /// <summary>The clock; default the system's.</summary>
    public TimeProvider Time { get; init; } = TimeProvider.System;

    /// <summary>Called when the app asks for the end of its sidecar (<c>POST /v1.0/shutdown</c>); default: the sidecar stops itself.</summary>
    public Func<Task>? ShutdownRequested { get; init; }

    /// <summary>A limit on bodies in daprd's form: -1 is the default, 0 and other negative numbers are no limit.</summary>
    public static long BodyLimit(long? size) => size switch { null or -1 => DefaultMaxBodySize, <= 0 => long.MaxValue, { } bytes => bytes };

    /// <summary>A limit on headers in daprd's form: -1 is the default, 0 and other negative numbers are the 1 MiB of Go's server.</summary>
    public static int HeaderLimit(long? size) => size switch { null or -1 => DefaultReadBufferSize, <= 0 => LooseReadBufferSize, { } bytes => (int)Math.Min(bytes, LargestReadBufferSize) };

    private static Dictionary<string, string> ProcessEnvironment() =>
        System.Environment.GetEnvironmentVariables().Cast<System.Collections.DictionaryEntry>().ToDictionary(pair => (string)pair.Key, pair => (string?)pair.Value ?? "", StringComparer.Ordinal);
}
