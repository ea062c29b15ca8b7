using System.Text.Json;
using Microsoft.Extensions.Configuration;

namespace Dapr.Client;

/// <summary>Builds a <see cref="DaprClient"/>; the defaults come from the environment.</summary>
public sealed class DaprClientBuilder
{
    /// <summary>Starts from the defaults of <see cref="DaprDefaults"/>.</summary>
    public DaprClientBuilder()
        : this(configuration: null)
    {
    }

    internal DaprClientBuilder(IConfiguration? configuration)
    {
        HttpEndpoint = DaprDefaults.GetDefaultHttpEndpoint(configuration);
        GrpcEndpoint = DaprDefaults.GetDefaultGrpcEndpoint(configuration);
        DaprApiToken = DaprDefaults.GetDefaultDaprApiToken(configuration);
    }

    internal string HttpEndpoint { get; private set; }

    internal string GrpcEndpoint { get; private set; }

    internal string DaprApiToken { get; private set; }

    internal TimeSpan Timeout { get; private set; }

    internal JsonSerializerOptions JsonSerializerOptions { get; private set; } = new(JsonSerializerDefaults.Web);

    internal TimeProvider Time { get; set; } = TimeProvider.System;

    /// <summary>Sets the sidecar's HTTP URL.</summary>
    public DaprClientBuilder UseHttpEndpoint(string httpEndpoint)
    {
        ArgumentException.ThrowIfNullOrEmpty(httpEndpoint);
        HttpEndpoint = httpEndpoint;
        return this;
    }

    /// <summary>Sets the sidecar's gRPC URL.</summary>
    public DaprClientBuilder UseGrpcEndpoint(string grpcEndpoint)
    {
        ArgumentException.ThrowIfNullOrEmpty(grpcEndpoint);
        GrpcEndpoint = grpcEndpoint;
        return this;
    }

    /// <summary>Sets the JSON settings of payloads; default <see cref="JsonSerializerDefaults.Web"/>.</summary>
    public DaprClientBuilder UseJsonSerializationOptions(JsonSerializerOptions options)
    {
        JsonSerializerOptions = options;
        return this;
    }

    /// <summary>Sets the token sent to the sidecar.</summary>
    public DaprClientBuilder UseDaprApiToken(string apiToken)
    {
        DaprApiToken = apiToken;
        return this;
    }

    /// <summary>Sets the timeout of HTTP calls; default 100 s.</summary>
    public DaprClientBuilder UseTimeout(TimeSpan timeout)
    {
        Timeout = timeout;
        return this;
    }

    /// <summary>Builds the client.</summary>
    /// <exception cref="InvalidOperationException">An endpoint is not an http or https URL.</exception>
    public DaprClient Build()
    {
        var grpcEndpoint = Check(GrpcEndpoint, "gRPC");
        return new DaprHttpClient(Check(HttpEndpoint, "HTTP"), grpcEndpoint, DaprApiToken, JsonSerializerOptions, Timeout, Time);
    }

    private static Uri Check(string endpoint, string kind)
    {
        var uri = new Uri(endpoint);
        return uri.Scheme is "http" or "https"
            ? uri
            : throw new InvalidOperationException($"The {kind} endpoint must use http or https, not '{uri.Scheme}'.");
    }
}
