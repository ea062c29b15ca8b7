namespace Dapr.Actors;

/// <summary>Whether a call may come back to the actor that it came from.</summary>
public sealed class ActorReentrancyConfig
{
    /// <summary>Default false: such a call waits for itself until it times out.</summary>
    public bool Enabled { get; set; }

    /// <summary>The deepest chain of calls; default the sidecar's, 32.</summary>
    public int? MaxStackDepth { get; set; }
}
