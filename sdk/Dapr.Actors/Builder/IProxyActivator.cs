using Dapr.Actors.Client;

namespace Dapr.Actors.Builder;

/// <summary>Makes proxies of one actor interface.</summary>
public interface IProxyActivator
{
    /// <summary>A new proxy, not yet bound to an actor.</summary>
    IActorProxy CreateInstance();
}
