namespace Dapr.Client;

/// <summary>One value of a configuration store.</summary>
public class ConfigurationItem
{
    /// <summary>Creates the item.</summary>
    public ConfigurationItem(string value, string version, IReadOnlyDictionary<string, string> metadata)
    {
        Value = value;
        Version = version;
        Metadata = metadata;
    }

    /// <summary>The value.</summary>
    public string Value { get; }

    /// <summary>The version of the value.</summary>
    public string Version { get; }

    /// <summary>Metadata of the value.</summary>
    public IReadOnlyDictionary<string, string> Metadata { get; }
}
