using Microsoft.Extensions.DependencyInjection;

namespace Dapr.Actors.Runtime;

/// <summary>Makes actors with what the app registered: each lives in a scope of its own, which ends with it.</summary>
internal sealed class DependencyInjectionActorActivator(IServiceProvider services, ActorTypeInformation type) : ActorActivator
{
    private readonly Lazy<ObjectFactory> factory = new(() => ActivatorUtilities.CreateFactory(type.ImplementationType, [typeof(ActorHost)]));

    public override async Task<ActorActivatorState> CreateAsync(ActorHost host)
    {
        var scope = services.CreateAsyncScope();
        try
        {
            return new State((Actor)factory.Value(scope.ServiceProvider, [host]), scope);
        }
        catch
        {
            await scope.DisposeAsync();
            throw;
        }
    }

    public override async Task DeleteAsync(ActorActivatorState state)
    {
        var own = (State)state;
        await using (own.Scope)
        {
            await DefaultActorActivator.DisposeAsync(own.Actor);
        }
    }

    private sealed class State(Actor actor, AsyncServiceScope scope) : ActorActivatorState(actor)
    {
        public AsyncServiceScope Scope => scope;
    }
}
