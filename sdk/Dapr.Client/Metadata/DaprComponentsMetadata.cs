namespace Dapr.Client;

/// <summary>A component a sidecar has loaded.</summary>
public sealed class DaprComponentsMetadata
{
    /// <summary>Creates the record.</summary>
    public DaprComponentsMetadata(string name, string type, string version, string[] capabilities)
    {
        Name = name;
        Type = type;
        Version = version;
        Capabilities = capabilities;
    }

    /// <summary>The component's name.</summary>
    public string Name { get; }

    /// <summary>The component's type, such as state.redis.</summary>
    public string Type { get; }

    /// <summary>The component's version.</summary>
    public string Version { get; }

    /// <summary>What the component can do.</summary>
    public string[] Capabilities { get; }
}
