using System.Net;
using Sidecar.Api.Http;

namespace Sidecar;

/// <summary>Checks the settings of a sidecar; says all that is wrong at once.</summary>
internal static class SidecarOptionsValidation
{
    private const int HighestPort = 65535;
    private static readonly string[] InitEndpoints = ["config", "subscribe"];

    public static IEnumerable<string> Validate(SidecarOptions options)
    {
        if (options.AppId.Length == 0)
        {
            yield return "parameter app-id cannot be empty; give the app an id";
        }

        if (options.AppId.Contains('.', StringComparison.Ordinal))
        {
            yield return $"app id '{options.AppId}' contains a dot, which separates id and namespace; use letters, digits and hyphens";
        }

        if (!IPAddress.TryParse(options.ListenAddress, out _))
        {
            yield return $"listen address '{options.ListenAddress}' is not an IP address; give e.g. 127.0.0.1";
        }

        foreach (var (name, port) in Ports(options).Where(item => item.Port is < 0 or > HighestPort))
        {
            yield return $"{name} port {port} does not exist; give one from 1 to {HighestPort}";
        }

        if (!options.IsGrpcApp && !options.IsHttp2App && !options.AppProtocol.Equals("http", StringComparison.OrdinalIgnoreCase))
        {
            yield return $"app protocol '{options.AppProtocol}' is not supported by the embedded sidecar; it supports http, h2c and grpc";
        }

        foreach (var (name, port) in Ports(options).Take(2).Where(item => item.Port > 0 && item.Port == options.AppPort))
        {
            yield return $"the 'dapr-{name.ToLowerInvariant()}-port' argument value {port} conflicts with 'app-port'";
        }

        foreach (var (setting, _) in Tokens(options).Where(token => !FieldValue.IsValid(token.Value)))
        {
            yield return $"{setting} has a line break or another control character, which no header can hold; give it without, at its end too";
        }

        foreach (var endpoint in options.DisabledInitEndpoints.Where(name => !InitEndpoints.Contains(name, StringComparer.OrdinalIgnoreCase)))
        {
            yield return $"invalid value for 'disable-init-endpoints': {endpoint}; accepted are config and subscribe";
        }

        if (options.AppHealth is { } health)
        {
            if (health.Timeout > health.Interval)
            {
                yield return "value for 'health-probe-timeout' must be smaller than 'health-probe-interval'";
            }

            if (health.Threshold < 1)
            {
                yield return $"app health threshold {health.Threshold} is not accepted; give 1 or more";
            }
        }
    }

    private static IEnumerable<(string Name, string Value)> Tokens(SidecarOptions options) => [("DAPR_API_TOKEN", options.ApiToken ?? ""), ("APP_API_TOKEN", options.AppApiToken ?? "")];

    private static IEnumerable<(string Name, int Port)> Ports(SidecarOptions options) =>
    [
        ("HTTP", options.HttpPort),
        ("gRPC", options.GrpcPort),
        ("app", options.AppPort ?? 1),
        ("public", options.PublicPort ?? 1),
        ("metrics", options.MetricsPort ?? 1),
    ];
}
