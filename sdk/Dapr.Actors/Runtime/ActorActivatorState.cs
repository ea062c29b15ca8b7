namespace Dapr.Actors.Runtime;

/// <summary>An actor as its activator knows it.</summary>
public class ActorActivatorState
{
    /// <summary>Holds an actor.</summary>
    public ActorActivatorState(Actor actor)
    {
        ArgumentNullException.ThrowIfNull(actor);
        Actor = actor;
    }

    /// <summary>The actor.</summary>
    public Actor Actor { get; }
}
