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
}
