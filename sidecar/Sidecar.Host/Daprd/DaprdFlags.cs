using Sidecar.Host.Commands;

namespace Sidecar.Host.Daprd;

/// <summary>The command line of daprd 1.18: <c>--name value</c> or <c>--name=value</c>; a switch alone is true. Unknown names are refused, as daprd does.</summary>
internal sealed class DaprdFlags
{
    private static readonly HashSet<string> Switches = new(StringComparer.Ordinal)
    {
        "enable-profiling", "version", "build-info", "wait", "enable-mtls", "app-ssl", "enable-api-logging", "disable-builtin-k8s-secret-store",
        "enable-app-health-check", "log-as-json", "enable-metrics",
    };

    private static readonly HashSet<string> Supported = new(StringComparer.Ordinal)
    {
        "app-id", "app-port", "app-protocol", "app-channel-address", "app-max-concurrency", "dapr-http-port", "dapr-grpc-port", "dapr-public-port", "dapr-listen-addresses",
        "resources-path", "components-path", "config", "log-level", "metrics-port", "enable-metrics", "max-body-size", "dapr-http-max-request-size", "read-buffer-size", "allowed-origins",
        "dapr-http-read-buffer-size", "dapr-graceful-shutdown-seconds", "dapr-block-shutdown-duration", "enable-api-logging", "enable-app-health-check", "app-health-check-path",
        "app-health-probe-interval", "app-health-probe-timeout", "app-health-threshold", "disable-init-endpoints", "log-file", "mode", "unix-domain-socket", "app-ssl", "version", "build-info", "wait",
    };

    private static readonly HashSet<string> Ignored = new(StringComparer.Ordinal)
    {
        "dapr-public-listen-address", "dapr-internal-grpc-port", "dapr-internal-grpc-listen-address", "profile-port", "enable-profiling", "control-plane-address", "sentry-address",
        "control-plane-trust-domain", "control-plane-namespace", "sentry-request-jwt-audiences", "enable-mtls", "disable-builtin-k8s-secret-store",
        "placement-host-address", "scheduler-host-address", "scheduler-job-streams", "actors-disseminate-timeout", "hot-reload-reconcile-interval", "app-binding-options-timeout",
        "reminders-service", "actors-service", "log-as-json", "metrics-listen-address", "trust-anchors-file",
    };

    private readonly Dictionary<string, List<string>> _values = new(StringComparer.Ordinal);

    private DaprdFlags()
    {
    }

    /// <summary>The flags given that the embedded sidecar accepts and does nothing with.</summary>
    public IReadOnlyList<string> WithoutEffect => [.. _values.Keys.Where(Ignored.Contains)];

    /// <summary>Reads a command line; throws <see cref="UsageException"/>.</summary>
    public static DaprdFlags Read(IReadOnlyList<string> words)
    {
        var flags = new DaprdFlags();
        for (var index = 0; index < words.Count; index++)
        {
            if (!words[index].StartsWith('-'))
            {
                throw new UsageException($"Not understood: {words[index]}.");
            }

            var parts = words[index].TrimStart('-').Split('=', 2);
            if (!Supported.Contains(parts[0]) && !Ignored.Contains(parts[0]))
            {
                throw new UsageException($"unknown flag: --{parts[0]}.");
            }

            var value = parts.Length == 2 ? parts[1]
                : Switches.Contains(parts[0]) ? "true"
                : ++index < words.Count ? words[index]
                : throw new UsageException($"flag needs an argument: --{parts[0]}.");
            flags.Add(parts[0], value);
        }

        return flags;
    }

    /// <summary>The last value of a flag; null when not given or empty.</summary>
    public string? Text(string name) => _values.TryGetValue(name, out var values) && values[^1].Length > 0 ? values[^1] : null;

    /// <summary>The values of a flag that may be repeated or hold a list.</summary>
    public IReadOnlyList<string> Texts(string name) =>
        _values.TryGetValue(name, out var values) ? [.. values.SelectMany(value => value.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))] : [];

    /// <summary>A switch.</summary>
    public bool Flag(string name, bool otherwise = false) => Text(name) switch
    {
        null => otherwise,
        "true" or "1" or "t" or "T" or "TRUE" or "True" => true,
        "false" or "0" or "f" or "F" or "FALSE" or "False" => false,
        var other => throw new UsageException($"invalid argument \"{other}\" for \"--{name}\" flag: write true or false."),
    };

    /// <summary>A whole number within its range.</summary>
    public int Number(string name, int otherwise, int lowest, int highest) =>
        Text(name) is not { } text ? otherwise
        : int.TryParse(text, System.Globalization.NumberStyles.AllowLeadingSign, System.Globalization.CultureInfo.InvariantCulture, out var value) && value >= lowest && value <= highest ? value
        : throw new UsageException($"invalid argument \"{text}\" for \"--{name}\" flag: give a number from {lowest} to {highest}.");

    private void Add(string name, string value)
    {
        if (!_values.TryGetValue(name, out var values))
        {
            _values[name] = values = [];
        }

        values.Add(value);
    }
}
