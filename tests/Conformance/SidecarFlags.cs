using System.Globalization;
using System.Text.Json.Nodes;
using Sidecar;
using Sidecar.Components;
using Sidecar.Health;

namespace Conformance;

/// <summary>daprd's flags and environment of a scenario as options of the embedded sidecar.</summary>
internal static class SidecarFlags
{
    private static readonly HashSet<string> WithoutEffect = new(StringComparer.Ordinal)
    {
        "dapr-public-listen-address", "dapr-listen-addresses", "log-level", "log-as-json", "mode", "profile-port", "enable-profiling", "dapr-internal-grpc-port", "dapr-internal-grpc-listen-address",
        "placement-host-address", "scheduler-host-address", "control-plane-address", "sentry-address", "enable-mtls", "metrics-port", "metrics-listen-address", "app-ssl",
        "disable-builtin-k8s-secret-store", "app-binding-options-timeout", "hot-reload-reconcile-interval", "actors-disseminate-timeout", "scheduler-job-streams",
        "control-plane-trust-domain", "control-plane-namespace", "sentry-request-jwt-audiences", "actors-service", "reminders-service", "log-file",
    };

    /// <summary>Applies `flags` and `env`.</summary>
    public static SidecarOptions Apply(SidecarOptions options, JsonObject setup, Placeholders placeholders)
    {
        if (setup["env"] is JsonObject env)
        {
            var environment = options.Environment.ToDictionary(StringComparer.Ordinal);
            foreach (var (name, value) in env)
            {
                environment[name] = placeholders.Fill(value!.GetValue<string>());
            }

            options = options with { Environment = environment, ApiToken = environment.GetValueOrDefault("DAPR_API_TOKEN"), AppApiToken = environment.GetValueOrDefault("APP_API_TOKEN") };
        }

        var flags = (setup["flags"] as JsonArray ?? []).Select(flag => placeholders.Fill(flag!.ToString())).ToArray();
        var values = new Dictionary<string, string>(StringComparer.Ordinal);
        for (var i = 0; i < flags.Length; i++)
        {
            var parts = flags[i].TrimStart('-').Split('=', 2);
            var hasValue = parts.Length == 1 && i + 1 < flags.Length && !flags[i + 1].StartsWith("--", StringComparison.Ordinal);
            values[parts[0]] = hasValue ? flags[++i] : parts.ElementAtOrDefault(1) ?? "true";
        }

        try
        {
            return values.Aggregate(options, (current, flag) => Apply(current, flag.Key, flag.Value, values));
        }
        catch (FormatException exception)
        {
            // daprd names the flag and ends.
            throw new SidecarStartException(options.AppId, [exception.Message]);
        }
    }

    private static SidecarOptions Apply(SidecarOptions options, string flag, string value, Dictionary<string, string> all) => flag switch
    {
        "log-level" when value is not ("debug" or "info" or "warn" or "error" or "fatal") => throw new FormatException($"invalid value for --log-level: {value}"),
        "enable-app-health-check" => options with { AppHealth = value == "true" ? Health(all) : null },
        "app-health-check-path" or "app-health-probe-interval" or "app-health-probe-timeout" or "app-health-threshold" => options,
        "disable-init-endpoints" => options with { DisabledInitEndpoints = value.Split(',') },
        "dapr-block-shutdown-duration" => options with { BlockShutdown = Duration(value) },
        "dapr-graceful-shutdown-seconds" => options with { GracefulShutdown = TimeSpan.FromSeconds(Number(value)) },
        "dapr-public-port" => options with { PublicPort = (int)Number(value) },
        "allowed-origins" => options with { AllowedOrigins = value.Split(',') },
        "app-channel-address" => options with { AppChannelAddress = value },
        "enable-metrics" => value == "true" ? options : options with { MetricsPort = null },
        "dapr-http-port" => options with { HttpPort = (int)Number(value) },
        "dapr-grpc-port" => options with { GrpcPort = (int)Number(value) },
        "app-port" => options with { AppPort = (int)Number(value) },
        _ when WithoutEffect.Contains(flag) => options,
        "max-body-size" => options with { MaxBodySize = SidecarOptions.BodyLimit(Size(options, flag, value)) },
        "dapr-http-max-request-size" => options with { MaxBodySize = SidecarOptions.BodyLimit(Units(value, 1024 * 1024)) },
        "read-buffer-size" => options with { ReadBufferSize = SidecarOptions.HeaderLimit(Size(options, flag, value)) },
        "dapr-http-read-buffer-size" => options with { ReadBufferSize = SidecarOptions.HeaderLimit(Units(value, 1024)) },
        "app-max-concurrency" => options with { AppMaxConcurrency = (int)Number(value) },
        "app-protocol" => options with { AppProtocol = value },
        "enable-api-logging" => options with { ApiLogging = value == "true" },

        // daprd names it and ends.
        _ => throw new SidecarStartException(options.AppId, [$"unknown flag: --{flag}"]),
    };

    private static AppHealthOptions Health(Dictionary<string, string> flags)
    {
        var defaults = new AppHealthOptions();
        return defaults with
        {
            Path = flags.GetValueOrDefault("app-health-check-path", defaults.Path),
            Interval = TimeSpan.FromSeconds(Positive("app-health-probe-interval") ?? defaults.Interval.TotalSeconds),
            Timeout = TimeSpan.FromMilliseconds(Positive("app-health-probe-timeout") ?? defaults.Timeout.TotalMilliseconds),
            Threshold = (int?)Positive("app-health-threshold") ?? defaults.Threshold,
        };

        double? Positive(string flag) => flags.TryGetValue(flag, out var text) && Number(text) is > 0 and var value ? value : null;
    }

    private static double Number(string value) => double.Parse(value, CultureInfo.InvariantCulture);

    private static TimeSpan Duration(string value) => value.EndsWith("ms", StringComparison.Ordinal) ? TimeSpan.FromMilliseconds(Number(value[..^2])) : TimeSpan.FromSeconds(Number(value.TrimEnd('s')));

    private static long Size(SidecarOptions options, string flag, string value) =>
        ByteSize.Parse(value) ?? throw new SidecarStartException(options.AppId, [$"invalid value for '{flag}' option: {value}"]);

    private static long Units(string value, long unit) => Number(value) is var count and > 0 ? (long)count * unit : (long)Number(value);
}
