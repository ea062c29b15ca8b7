namespace Dapr.Client;

/// <summary>How many actors of a type a sidecar hosts.</summary>
public sealed class DaprActorMetadata
{
    /// <summary>Creates the record.</summary>
    public DaprActorMetadata(string type, int count)
    {
        Type = type;
        Count = count;
    }

    /// <summary>The actor type.</summary>
    public string Type { get; }

    /// <summary>The number of active actors.</summary>
    public int Count { get; }
}
