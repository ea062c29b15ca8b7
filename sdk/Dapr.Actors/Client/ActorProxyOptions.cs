using System.Text.Json;

namespace Dapr.Actors.Client;

/// <summary>How a proxy reaches its actor.</summary>
public class ActorProxyOptions
{
    /// <summary>JSON settings of weakly typed calls, and of typed ones with <see cref="UseJsonSerialization"/>; default the Web ones.</summary>
    public JsonSerializerOptions JsonSerializerOptions
    {
        get;
        set => field = value ?? throw new ArgumentNullException(nameof(JsonSerializerOptions), $"{nameof(ActorProxyOptions)}.{nameof(JsonSerializerOptions)} cannot be null");
    } = new(JsonSerializerDefaults.Web);

    /// <summary>The token for the sidecar; default DAPR_API_TOKEN of the environment.</summary>
    public string? DaprApiToken { get; set; } = DaprDefaults.GetDefaultDaprApiToken(null);

    /// <summary>Where the sidecar listens; default DAPR_HTTP_ENDPOINT or DAPR_HTTP_PORT of the environment, else http://localhost:3500.</summary>
    public string? HttpEndpoint { get; set; } = DaprDefaults.GetDefaultHttpEndpoint();

    /// <summary>The longest time a call may take; default HttpClient's, 100 s.</summary>
    public TimeSpan? RequestTimeout { get; set; }

    /// <summary>Typed calls as JSON rather than data contracts, on both sides; default false.</summary>
    public bool UseJsonSerialization { get; set; }
}
