using System.Text.Json;
using Microsoft.Extensions.Configuration;

namespace Dapr.Common;

/// <summary>Collects the settings from which a client of a sidecar is built.</summary>
/// <typeparam name="TClientBuilder">The client.</typeparam>
public abstract class DaprGenericClientBuilder<TClientBuilder>
    where TClientBuilder : class, IDaprClient
{
    /// <summary>Starts from the defaults of <see cref="DaprDefaults"/>.</summary>
    protected DaprGenericClientBuilder(IConfiguration? configuration = null)
    {
        GrpcEndpoint = DaprDefaults.GetDefaultGrpcEndpoint(configuration);
        HttpEndpoint = DaprDefaults.GetDefaultHttpEndpoint(configuration);
        DaprApiToken = DaprDefaults.GetDefaultDaprApiToken(configuration);
    }

    /// <summary>JSON settings of payloads; default <see cref="JsonSerializerDefaults.Web"/>.</summary>
    public JsonSerializerOptions JsonSerializerOptions { get; private set; } = new(JsonSerializerDefaults.Web);

    /// <summary>The token sent to the sidecar; empty sends none.</summary>
    public string DaprApiToken { get; private set; }

    private protected string GrpcEndpoint { get; private set; }

    private protected string HttpEndpoint { get; private set; }

    private protected IHttpClientFactory? HttpClientFactory { get; private set; }

    private protected TimeSpan Timeout { get; private set; }

    /// <summary>Sets the sidecar's HTTP URL.</summary>
    public DaprGenericClientBuilder<TClientBuilder> UseHttpEndpoint(string httpEndpoint)
    {
        ArgumentVerifier.ThrowIfNullOrEmpty(httpEndpoint);
        HttpEndpoint = httpEndpoint;
        return this;
    }

    /// <summary>Sets the sidecar's gRPC URL.</summary>
    public DaprGenericClientBuilder<TClientBuilder> UseGrpcEndpoint(string grpcEndpoint)
    {
        ArgumentVerifier.ThrowIfNullOrEmpty(grpcEndpoint);
        GrpcEndpoint = grpcEndpoint;
        return this;
    }

    /// <summary>Sets the JSON settings of payloads.</summary>
    public DaprGenericClientBuilder<TClientBuilder> UseJsonSerializationOptions(JsonSerializerOptions options)
    {
        JsonSerializerOptions = options;
        return this;
    }

    /// <summary>Sets the token sent to the sidecar.</summary>
    public DaprGenericClientBuilder<TClientBuilder> UseDaprApiToken(string apiToken)
    {
        DaprApiToken = apiToken;
        return this;
    }

    /// <summary>Sets the timeout of HTTP calls.</summary>
    public DaprGenericClientBuilder<TClientBuilder> UseTimeout(TimeSpan timeout)
    {
        Timeout = timeout;
        return this;
    }

    /// <summary>Sets the factory of the HTTP client.</summary>
    public DaprGenericClientBuilder<TClientBuilder> UseHttpClientFactory(IHttpClientFactory httpClientFactory)
    {
        HttpClientFactory = httpClientFactory;
        return this;
    }

    /// <summary>Builds the client.</summary>
    public abstract TClientBuilder Build();
}
