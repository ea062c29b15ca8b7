namespace Dapr.Client;

/// <summary>Options of a state write; null leaves the choice to the store.</summary>
public class StateOptions
{
    /// <summary>The consistency of the write.</summary>
    public ConsistencyMode? Consistency { get; set; }

    /// <summary>The concurrency rule of the write.</summary>
    public ConcurrencyMode? Concurrency { get; set; }
}
