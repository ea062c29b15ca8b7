namespace Dapr.Client;

/// <summary>How fresh a read, and how settled a write must be.</summary>
public enum ConsistencyMode
{
    /// <summary>Eventual consistency.</summary>
    Eventual,

    /// <summary>Strong consistency.</summary>
    Strong,
}
