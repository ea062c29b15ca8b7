namespace Dapr.Client;

/// <summary>A subscription of a configuration store.</summary>
/// <param name="source">Its changes.</param>
public class SubscribeConfigurationResponse(ConfigurationSource source)
{
    /// <summary>Its id, with which it is ended; empty until <see cref="Source"/> gave something.</summary>
    public string Id => source.Id;

    /// <summary>The values that changed, as they change; the first ones have no value when they are only announced.</summary>
    public IAsyncEnumerable<IDictionary<string, ConfigurationItem>> Source => source;
}
