namespace Dapr.Actors.Runtime;

/// <summary>Makes the activators of actor types that name none.</summary>
public abstract class ActorActivatorFactory
{
    /// <summary>The activator of a type.</summary>
    public abstract ActorActivator CreateActivator(ActorTypeInformation type);
}
