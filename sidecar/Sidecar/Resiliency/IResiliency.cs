namespace Sidecar.Resiliency;

/// <summary>The policies of the loaded resiliency files, asked for by target. A target without a policy runs the call as it is.</summary>
internal interface IResiliency
{
    /// <summary>A call of this app to a method of an app (<c>spec.targets.apps</c>). As in Dapr each method has a circuit breaker of its own.</summary>
    IPolicy ForApp(string appId, string method);

    /// <summary>A call to a component (<c>spec.targets.components.NAME.outbound</c>).</summary>
    IPolicy ForComponentOutbound(string component);

    /// <summary>A delivery from a component to this app (<c>spec.targets.components.NAME.inbound</c>).</summary>
    IPolicy ForComponentInbound(string component);

    /// <summary>A call of an actor (<c>spec.targets.actors.TYPE</c>) before it has its turn: retries and circuit breaker.</summary>
    IPolicy ForActor(string actorType, string actorId);

    /// <summary>A call of an actor that has its turn: the timeout.</summary>
    IPolicy ForActorTurn(string actorType);

    /// <summary>Whether a target names the actor type itself; else calls are repeated for a while as long as nobody hosts it.</summary>
    bool NamesActor(string actorType);
}
