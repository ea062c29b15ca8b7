using System.Diagnostics.CodeAnalysis;
using System.Reflection;
using Dapr.Actors.Builder;

namespace Dapr.Actors.Runtime;

/// <summary>What is known of an actor's class.</summary>
public sealed class ActorTypeInformation
{
    private ActorTypeInformation(Type implementation, string name, IReadOnlyList<Type> interfaces)
    {
        ImplementationType = implementation;
        ActorTypeName = name;
        InterfaceTypes = interfaces;
    }

    /// <summary>The name under which it is called.</summary>
    public string ActorTypeName { get; }

    /// <summary>The class.</summary>
    public Type ImplementationType { get; }

    /// <summary>Its actor interfaces.</summary>
    public IEnumerable<Type> InterfaceTypes { get; }

    /// <summary>Whether the class is abstract.</summary>
    public bool IsAbstract => ImplementationType.IsAbstract;

    /// <summary>Whether it takes reminders.</summary>
    public bool IsRemindable => typeof(IRemindable).IsAssignableFrom(ImplementationType);

    /// <summary>As <see cref="Get(Type, string)"/>; false when the class is no actor.</summary>
    [Obsolete("Use Get(Type, string) instead. This will be removed in the future.")]
    public static bool TryGet(Type actorType, [NotNullWhen(true)] out ActorTypeInformation? actorTypeInformation)
    {
        try
        {
            actorTypeInformation = Get(actorType, actorTypeName: null);
            return true;
        }
        catch (ArgumentException)
        {
            actorTypeInformation = null;
            return false;
        }
    }

    /// <summary>As <see cref="Get(Type, string)"/>.</summary>
    [Obsolete("Use Get(Type, string) instead. This will be removed in the future.")]
    public static ActorTypeInformation Get(Type actorType) => Get(actorType, actorTypeName: null);

    /// <summary>Describes a class. Its name is the one given, else that of its <see cref="ActorAttribute"/>, else the class name.</summary>
    /// <exception cref="ArgumentException">It does not derive from <see cref="Actor"/>, or it is not abstract and has no actor interface.</exception>
    public static ActorTypeInformation Get(Type actorType, string? actorTypeName)
    {
        ArgumentNullException.ThrowIfNull(actorType);
        if (!actorType.IsSubclassOf(typeof(Actor)))
        {
            throw new ArgumentException($"The type '{actorType.FullName}' is not an Actor. An actor type must derive from '{typeof(Actor).FullName}'.", nameof(actorType));
        }

        var interfaces = ActorInterfaceRules.InterfacesOf(actorType);
        return interfaces.Count > 0 || actorType.IsAbstract
            ? new ActorTypeInformation(actorType, actorTypeName ?? actorType.GetCustomAttribute<ActorAttribute>()?.TypeName ?? actorType.Name, interfaces)
            : throw new ArgumentException($"The actor type '{actorType.FullName}' does not implement any actor interfaces or one of the interfaces implemented is not an actor interface. An actor interface is the one that ultimately derives from '{typeof(IActor).FullName}' type.", nameof(actorType));
    }
}
