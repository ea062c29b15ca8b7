using System.Runtime.Serialization;
using Dapr.Actors.Client;
using Dapr.Actors.Runtime;

namespace Dapr.Actors;

/// <summary>What an actor is sent as when it is an argument or a result.</summary>
[DataContract(Name = "ActorReference", Namespace = WireNames.Namespace)]
[Serializable]
public sealed class ActorReference
{
    /// <summary>The actor's id.</summary>
    [DataMember(Name = "ActorId", Order = 0, IsRequired = true)]
    public ActorId ActorId { get; set; } = null!;

    /// <summary>The actor's type.</summary>
    [DataMember(Name = "ActorType", Order = 0, IsRequired = true)]
    public string ActorType { get; set; } = null!;

    /// <summary>The reference of a proxy or of an actor itself; null for null.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The object is neither.</exception>
    public static ActorReference? Get(object? actor) => actor switch
    {
        null => null,
        IActorProxy proxy => new ActorReference { ActorId = proxy.ActorId, ActorType = proxy.ActorType },
        Actor self => new ActorReference { ActorId = self.Id, ActorType = self.Host.ActorTypeInfo.ActorTypeName },
        _ => throw new ArgumentOutOfRangeException(nameof(actor), "Invalid actor object type."),
    };

    /// <summary>A proxy of the actor.</summary>
    public object Bind(Type actorInterfaceType) => ActorProxy.DefaultProxyFactory.CreateActorProxy(ActorId, actorInterfaceType, ActorType);
}
