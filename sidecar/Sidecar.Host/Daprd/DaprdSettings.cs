using Microsoft.Extensions.Logging;
using Sidecar.Components;
using Sidecar.Health;
using Sidecar.Host.Commands;

namespace Sidecar.Host.Daprd;

/// <summary>What daprd's flags and environment say about one sidecar.</summary>
/// <param name="Options">The settings of the sidecar.</param>
/// <param name="LogLevel">The lowest level that is logged.</param>
internal sealed record DaprdSettings(SidecarOptions Options, LogLevel LogLevel)
{
    private const int HighestPort = 65535;

    /// <summary>Reads flags over the environment, which has the tokens; throws <see cref="UsageException"/>.</summary>
    public static DaprdSettings Read(DaprdFlags flags, IReadOnlyDictionary<string, string> environment)
    {
        Refuse(flags);
        var options = new SidecarOptions
        {
            AppId = flags.Text("app-id") ?? "",
            ListenAddress = Address(flags),
            HttpPort = flags.Number("dapr-http-port", 3500, 0, HighestPort),
            GrpcPort = flags.Number("dapr-grpc-port", 50001, 0, HighestPort),
            PublicPort = flags.Number("dapr-public-port", 0, 0, HighestPort) is > 0 and var open ? open : null,
            MetricsPort = flags.Flag("enable-metrics", otherwise: true) ? flags.Number("metrics-port", 9090, 0, HighestPort) : null,
            AppPort = flags.Number("app-port", 0, 0, HighestPort) is > 0 and var port ? port : null,
            AppProtocol = flags.Text("app-protocol") ?? "http",
            AppChannelAddress = flags.Text("app-channel-address") ?? "127.0.0.1",
            AppMaxConcurrency = flags.Number("app-max-concurrency", -1, -1, 1_000_000),
            AppHealth = Health(flags),
            ResourcesPaths = [.. flags.Texts("resources-path").Concat(flags.Texts("components-path")).Select(Path.GetFullPath)],
            ConfigurationPath = flags.Text("config") is { } file ? Path.GetFullPath(file) : null,
            Environment = environment,
            ApiToken = environment.GetValueOrDefault("DAPR_API_TOKEN") is { Length: > 0 } api ? api : null,
            AppApiToken = environment.GetValueOrDefault("APP_API_TOKEN") is { Length: > 0 } app ? app : null,
            AllowedOrigins = flags.Texts("allowed-origins"),
            MaxBodySize = SidecarOptions.BodyLimit(Size(flags, "max-body-size") ?? Units(flags, "dapr-http-max-request-size", 1024 * 1024)),
            ReadBufferSize = SidecarOptions.HeaderLimit(Size(flags, "read-buffer-size") ?? Units(flags, "dapr-http-read-buffer-size", 1024)),
            GracefulShutdown = TimeSpan.FromSeconds(flags.Number("dapr-graceful-shutdown-seconds", 5, 0, 3600)),
            BlockShutdown = Duration(flags, "dapr-block-shutdown-duration"),
            DisabledInitEndpoints = flags.Texts("disable-init-endpoints"),
            ApiLogging = flags.Flag("enable-api-logging"),
            StrictResources = false,
            WatchResources = TimeSpan.FromSeconds(1),
            Peers = new AddressFolder(AddressFolder.Path(environment), TimeProvider.System),
        };
        return SidecarOptionsValidation.Validate(options).ToList() is [var problem, ..]
            ? throw new UsageException(problem + ".")
            : new DaprdSettings(options, Level(flags.Text("log-level")));
    }

    private static void Refuse(DaprdFlags flags)
    {
        if (flags.Text("mode") is { } mode and not "standalone")
        {
            throw new UsageException($"--mode {mode} is not supported by the embedded sidecar; it supports standalone.");
        }

        if (flags.Text("unix-domain-socket") is not null)
        {
            throw new UsageException("--unix-domain-socket is not supported by the embedded sidecar; use --dapr-http-port and --dapr-grpc-port.");
        }

        if (flags.Flag("app-ssl"))
        {
            throw new UsageException("--app-ssl is not supported by the embedded sidecar; the app is called over plain HTTP or gRPC.");
        }

        if (flags.Texts("config").Count > 1)
        {
            throw new UsageException("--config is supported once; put all settings into one file.");
        }
    }

    // daprd listens on both loopback addresses by default; here 127.0.0.1 stands for them.
    private static string Address(DaprdFlags flags)
    {
        var addresses = flags.Texts("dapr-listen-addresses").Where(address => address is not ("[::1]" or "::1")).ToList();
        return addresses.Count switch
        {
            0 => "127.0.0.1",
            1 => addresses[0] == "localhost" ? "127.0.0.1" : addresses[0],
            _ => throw new UsageException($"--dapr-listen-addresses takes one address; given were {string.Join(", ", addresses)}."),
        };
    }

    private static AppHealthOptions? Health(DaprdFlags flags)
    {
        if (!flags.Flag("enable-app-health-check"))
        {
            return null;
        }

        var defaults = new AppHealthOptions();
        return new AppHealthOptions(
            flags.Text("app-health-check-path") ?? defaults.Path,
            TimeSpan.FromSeconds(PositiveOr((int)defaults.Interval.TotalSeconds, "app-health-probe-interval", 86_400)),
            TimeSpan.FromMilliseconds(PositiveOr((int)defaults.Timeout.TotalMilliseconds, "app-health-probe-timeout", 86_400_000)),
            PositiveOr(defaults.Threshold, "app-health-threshold", 10_000));

        // As with daprd nothing and less stand for the default.
        int PositiveOr(int otherwise, string flag, int most) => flags.Number(flag, otherwise, int.MinValue, most) is > 0 and var value ? value : otherwise;
    }

    private static long? Size(DaprdFlags flags, string name) =>
        flags.Text(name) is not { } text ? null
        : ByteSize.Parse(text) is { } size ? size
        : throw new UsageException($"invalid argument \"{text}\" for \"--{name}\" flag: write a quantity, for example 4Mi or 512Ki; 0 is no limit, -1 the default.");

    // The older flags, in units of their own.
    private static long? Units(DaprdFlags flags, string name, long unit) =>
        flags.Text(name) is null ? null
        : flags.Number(name, 0, int.MinValue, int.MaxValue) is var count && count > 0 ? count * unit
        : count;

    private static TimeSpan Duration(DaprdFlags flags, string name) =>
        flags.Text(name) is not { } text ? TimeSpan.Zero
        : GoDuration.TryParse(text, out var duration) ? duration
        : throw new UsageException($"invalid argument \"{text}\" for \"--{name}\" flag: write for example 10s.");

    private static LogLevel Level(string? text) => text?.ToLowerInvariant() switch
    {
        null or "info" => LogLevel.Information,
        "debug" => LogLevel.Debug,
        "warn" or "warning" => LogLevel.Warning,
        "error" => LogLevel.Error,
        "fatal" => LogLevel.Critical,
        _ => throw new UsageException($"invalid value for --log-level: {text}; accepted are debug, info, warn, error, fatal."),
    };
}
