namespace Dapr.Actors.Runtime;

/// <summary>An actor type that an app hosts.</summary>
public sealed class ActorRegistration
{
    /// <summary>A type with the app's settings.</summary>
    public ActorRegistration(ActorTypeInformation type)
        : this(type, options: null)
    {
    }

    /// <summary>A type with settings of its own.</summary>
    public ActorRegistration(ActorTypeInformation type, ActorRuntimeOptions? options)
    {
        Type = type;
        TypeOptions = options;
    }

    /// <summary>The type.</summary>
    public ActorTypeInformation Type { get; }

    /// <summary>What makes its instances; default: dependency injection.</summary>
    public ActorActivator? Activator { get; set; }

    /// <summary>Its own settings; null = the app's.</summary>
    public ActorRuntimeOptions? TypeOptions { get; }
}
