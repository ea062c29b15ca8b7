namespace Dapr.Actors.Client;

/// <summary>Makes proxies of actors.</summary>
public interface IActorProxyFactory
{
    /// <summary>A typed proxy.</summary>
    TActorInterface CreateActorProxy<TActorInterface>(ActorId actorId, string actorType, ActorProxyOptions? options = null)
        where TActorInterface : IActor;

    /// <summary>A typed proxy of an interface known at run time.</summary>
    object CreateActorProxy(ActorId actorId, Type actorInterfaceType, string actorType, ActorProxyOptions? options = null);

    /// <summary>A proxy whose methods are named by texts.</summary>
    ActorProxy Create(ActorId actorId, string actorType, ActorProxyOptions? options = null);
}
