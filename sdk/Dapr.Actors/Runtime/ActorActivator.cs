namespace Dapr.Actors.Runtime;

/// <summary>Makes the instances of an actor type, and gives back what they hold.</summary>
public abstract class ActorActivator
{
    /// <summary>Makes an actor.</summary>
    public abstract Task<ActorActivatorState> CreateAsync(ActorHost host);

    /// <summary>Gives back what an actor held.</summary>
    public abstract Task DeleteAsync(ActorActivatorState state);
}
