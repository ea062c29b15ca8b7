namespace Dapr.Client;

/// <summary>Values of a configuration store by key.</summary>
public class GetConfigurationResponse
{
    /// <summary>Creates the answer.</summary>
    public GetConfigurationResponse(IReadOnlyDictionary<string, ConfigurationItem> configMap)
    {
        Items = configMap;
    }

    /// <summary>The values.</summary>
    public IReadOnlyDictionary<string, ConfigurationItem> Items { get; }
}
