namespace Dapr.Actors.Runtime;

/// <summary>Makes actors by their constructor with an <see cref="ActorHost"/> alone.</summary>
public class DefaultActorActivator : ActorActivator
{
    /// <inheritdoc />
    public override Task<ActorActivatorState> CreateAsync(ActorHost host)
    {
        ArgumentNullException.ThrowIfNull(host);
        var actor = (Actor)Activator.CreateInstance(host.ActorTypeInfo.ImplementationType, host)!;
        return Task.FromResult(new ActorActivatorState(actor));
    }

    /// <inheritdoc />
    public override async Task DeleteAsync(ActorActivatorState state)
    {
        ArgumentNullException.ThrowIfNull(state);
        await DisposeAsync(state.Actor);
    }

    internal static async Task DisposeAsync(object held)
    {
        if (held is IAsyncDisposable asynchronous)
        {
            await asynchronous.DisposeAsync();
        }
        else if (held is IDisposable disposable)
        {
            disposable.Dispose();
        }
    }
}
