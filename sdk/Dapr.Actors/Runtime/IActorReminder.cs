namespace Dapr.Actors.Runtime;

/// <summary>A reminder of an actor.</summary>
public interface IActorReminder
{
    /// <summary>Its name.</summary>
    string Name { get; }

    /// <summary>The time before its first occurrence.</summary>
    TimeSpan DueTime { get; }

    /// <summary>The time between occurrences; -1 ms = it comes once.</summary>
    TimeSpan Period { get; }

    /// <summary>What it brings to the actor.</summary>
    byte[] State { get; }
}
