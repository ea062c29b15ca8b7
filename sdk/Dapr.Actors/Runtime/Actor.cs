using System.Reflection;
using Dapr.Actors.Client;
using Microsoft.Extensions.Logging;

namespace Dapr.Actors.Runtime;

/// <summary>
/// An actor: an object with an id and a state of its own. The sidecar lets one call in at a time, or one chain of calls when the type is
/// reentrant. Changes of the state are saved when a method is over, and dropped when it throws.
/// </summary>
public abstract partial class Actor
{
    private const BindingFlags AnyMethod = BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Instance | BindingFlags.Static;

    /// <summary>Creates an actor.</summary>
    protected Actor(ActorHost host)
    {
        ArgumentNullException.ThrowIfNull(host);
        Host = host;
        StateManager = new ActorStateManager(this);
        Logger = host.LoggerFactory.CreateLogger(GetType());
    }

    /// <summary>The actor's id.</summary>
    public ActorId Id => Host.Id;

    /// <summary>What the actor lives with.</summary>
    public ActorHost Host { get; }

    /// <summary>Makes proxies of other actors.</summary>
    public IActorProxyFactory ProxyFactory => Host.ProxyFactory;

    /// <summary>The actor's state.</summary>
    public IActorStateManager StateManager { get; protected set; }

    /// <summary>The actor's log.</summary>
    protected ILogger Logger { get; }

    internal async Task ActivateAsync()
    {
        await OnActivateAsync();
        await SaveStateAsync();
    }

    internal async Task DeactivateAsync()
    {
        await StateManager.ClearCacheAsync();
        await OnDeactivateAsync();
    }

    /// <summary>Runs a method as a turn: what it changed is saved, or dropped when it throws.</summary>
    internal async Task<T> RunAsync<T>(ActorMethodContext context, Func<Task<T>> method)
    {
        if (ReentrancyContext.Current is not null && StateManager is ActorStateManager state)
        {
            state.BeginOwn();
        }

        try
        {
            await OnPreActorMethodAsync(context);
            var result = await method();
            await OnPostActorMethodAsync(context);
            await SaveStateAsync();
            return result;
        }
        catch (Exception exception)
        {
            await OnActorMethodFailedAsync(context, exception);
            await StateManager.ClearCacheAsync();
            throw;
        }
    }

    /// <summary>The method that a timer calls.</summary>
    /// <exception cref="ArgumentException">There is none, or it cannot be one.</exception>
    internal MethodInfo TimerCallback(string callback)
    {
        var methods = Host.ActorTypeInfo.ImplementationType.GetMember(callback, MemberTypes.Method, AnyMethod).Cast<MethodInfo>().ToList();
        return methods.Count == 0 ? throw new ArgumentException($"Timer callback method: {callback} does not exist in the Actor class: {Host.ActorTypeInfo.ActorTypeName}")
            : methods.Count > 1 ? throw new ArgumentException($"Timer callback method: {callback} cannot be overloaded.")
            : methods[0].GetParameters().Length > 1 ? throw new ArgumentException("Timer callback can accept only zero or one parameters")
            : methods[0].ReturnType != typeof(Task) ? throw new ArgumentException("Timer callback can only return type Task")
            : methods[0];
    }

    /// <summary>Saves the state before the method is over.</summary>
    protected Task SaveStateAsync() => StateManager.SaveStateAsync();

    /// <summary>Runs before the actor's first method.</summary>
    protected virtual Task OnActivateAsync() => Task.CompletedTask;

    /// <summary>Runs when the actor leaves memory.</summary>
    protected virtual Task OnDeactivateAsync() => Task.CompletedTask;

    /// <summary>Runs before each method, timer and reminder.</summary>
    protected virtual Task OnPreActorMethodAsync(ActorMethodContext actorMethodContext) => Task.CompletedTask;

    /// <summary>Runs after each method, timer and reminder that did not throw, before the state is saved.</summary>
    protected virtual Task OnPostActorMethodAsync(ActorMethodContext actorMethodContext) => Task.CompletedTask;

    /// <summary>Runs when a method, timer or reminder threw.</summary>
    protected virtual Task OnActorMethodFailedAsync(ActorMethodContext actorMethodContext, Exception e) => Task.CompletedTask;
}
