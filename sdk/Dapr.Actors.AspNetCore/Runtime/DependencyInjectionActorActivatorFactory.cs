namespace Dapr.Actors.Runtime;

/// <summary>Makes <see cref="DependencyInjectionActorActivator"/>.</summary>
internal sealed class DependencyInjectionActorActivatorFactory(IServiceProvider services) : ActorActivatorFactory
{
    public override ActorActivator CreateActivator(ActorTypeInformation type) => new DependencyInjectionActorActivator(services, type);
}
