using System.Globalization;
using Microsoft.Extensions.Configuration;

namespace Dapr;

/// <summary>
/// Where the sidecar is and which tokens are used, from configuration first and the environment second.
/// An endpoint setting (a full URL; its path is ignored) beats a port setting.
/// </summary>
public static class DaprDefaults
{
    /// <summary>The setting with the token an app sends to its sidecar.</summary>
    public const string DaprApiTokenEnvironmentVariableName = "DAPR_API_TOKEN";

    /// <summary>The setting with the token a sidecar sends to its app.</summary>
    public const string AppApiTokenEnvironmentVariableName = "APP_API_TOKEN";

    /// <summary>The setting with the sidecar's HTTP URL.</summary>
    public const string DaprHttpEndpointEnvironmentVariableName = "DAPR_HTTP_ENDPOINT";

    /// <summary>The setting with the sidecar's HTTP port.</summary>
    public const string DaprHttpPortEnvironmentVariableName = "DAPR_HTTP_PORT";

    /// <summary>The setting with the sidecar's gRPC URL.</summary>
    public const string DaprGrpcEndpointEnvironmentVariableName = "DAPR_GRPC_ENDPOINT";

    /// <summary>The setting with the sidecar's gRPC port.</summary>
    public const string DaprGrpcPortEnvironmentVariableName = "DAPR_GRPC_PORT";

    /// <summary>The scheme when no endpoint is set.</summary>
    public const string DefaultDaprScheme = "http";

    /// <summary>The host when no endpoint is set.</summary>
    public const string DefaultDaprHost = "localhost";

    /// <summary>The HTTP port when none is set.</summary>
    public const int DefaultHttpPort = 3500;

    /// <summary>The gRPC port when none is set.</summary>
    public const int DefaultGrpcPort = 50001;

    /// <summary>The token to send to the sidecar, or an empty string.</summary>
    public static string GetDefaultDaprApiToken(IConfiguration? configuration) => Setting(configuration, DaprApiTokenEnvironmentVariableName) ?? string.Empty;

    /// <summary>The token the sidecar sends to the app, or an empty string.</summary>
    public static string GetDefaultAppApiToken(IConfiguration? configuration) => Setting(configuration, AppApiTokenEnvironmentVariableName) ?? string.Empty;

    /// <summary>The sidecar's HTTP URL with a trailing slash; default http://localhost:3500/.</summary>
    /// <exception cref="FormatException">The port setting is not a number.</exception>
    public static string GetDefaultHttpEndpoint(IConfiguration? configuration = null) =>
        Endpoint(Setting(configuration, DaprHttpEndpointEnvironmentVariableName), Setting(configuration, DaprHttpPortEnvironmentVariableName), DefaultHttpPort);

    /// <summary>The sidecar's gRPC URL with a trailing slash; default http://localhost:50001/.</summary>
    /// <exception cref="FormatException">The port setting is not a number.</exception>
    public static string GetDefaultGrpcEndpoint(IConfiguration? configuration = null) =>
        Endpoint(Setting(configuration, DaprGrpcEndpointEnvironmentVariableName), Setting(configuration, DaprGrpcPortEnvironmentVariableName), DefaultGrpcPort);

    /// <summary>An HTTP client of the factory with the sidecar's base address and token.</summary>
    public static HttpClient CreateDefaultHttpClient(IHttpClientFactory httpClientFactory, IConfiguration? configuration = null)
    {
        ArgumentNullException.ThrowIfNull(httpClientFactory);
        var client = httpClientFactory.CreateClient();
        client.BaseAddress = new Uri(GetDefaultHttpEndpoint(configuration));
        var token = GetDefaultDaprApiToken(configuration);
        if (!string.IsNullOrWhiteSpace(token))
        {
            client.DefaultRequestHeaders.TryAddWithoutValidation(Dapr.Common.DaprHeaders.ApiToken, token);
        }

        return client;
    }

    private static string? Setting(IConfiguration? configuration, string name)
    {
        var value = configuration?[name];
        value = string.IsNullOrWhiteSpace(value) ? Environment.GetEnvironmentVariable(name) : value;
        return string.IsNullOrWhiteSpace(value) ? null : value;
    }

    private static string Endpoint(string? url, string? port, int defaultPort)
    {
        if (url is not null)
        {
            var uri = new Uri(url);
            return new UriBuilder(uri.Scheme, uri.Host, uri.Port).ToString();
        }

        var number = port is null ? defaultPort : int.Parse(port, CultureInfo.InvariantCulture);
        return new UriBuilder(DefaultDaprScheme, DefaultDaprHost, number).ToString();
    }
}
