using System.Collections.Concurrent;
using System.Reflection;
using System.Text.Json;
using Dapr.Actors.Builder;
using Dapr.Actors.Communication;
using Microsoft.Extensions.Logging;

namespace Dapr.Actors.Runtime;

/// <summary>
/// The actors of one type in this app. Invariants: an id has one instance at a time, made by its first call; one whose activation fails
/// leaves no trace; the sidecar, not this class, lets calls in one by one.
/// </summary>
internal sealed partial class ActorTypeRuntime(ActorRegistration registration, ActorActivator activator, ActorSidecar sidecar, ActorTestOptions environment, bool useJson, TimeProvider time)
{
    private static readonly ActorMethodContext Reminder = new("ReceiveReminderAsync", ActorCallType.ReminderMethod);
    private static readonly ActorMethodContext Timer = new("FireTimerAsync", ActorCallType.TimerMethod);

    private readonly IReadOnlyList<ActorInterface> interfaces = [.. registration.Type.InterfaceTypes.Select(ActorInterface.Of)];
    private readonly ConcurrentDictionary<int, ActorMethodDispatcher> dispatchers = new();
    private readonly ConcurrentDictionary<string, Activation> active = new(StringComparer.Ordinal);
    private readonly IActorMessageSerializer serializer = useJson ? new JsonMessageSerializer(environment.JsonSerializerOptions) : DataContractMessageSerializer.Instance;
    private readonly ActorStateStore store = new(sidecar, environment.JsonSerializerOptions, time);
    private readonly ILogger logger = environment.LoggerFactory.CreateLogger<ActorTypeRuntime>();

    /// <summary>A typed call: arguments and result in messages.</summary>
    public Task<byte[]> InvokeTypedAsync(ActorId id, string header, ReadOnlyMemory<byte> body, CancellationToken cancellationToken)
    {
        var target = HeaderText.ReadRequest(header);
        var actorInterface = interfaces.FirstOrDefault(candidate => candidate.Id == target.InterfaceId)
            ?? throw new KeyNotFoundException($"No MethodDispatcher is found for interface id '{target.InterfaceId}'");
        var method = actorInterface.Method(target.MethodId);
        var arguments = method.RequestType is null ? null : serializer.Deserialize(body, method.RequestType);
        var dispatcher = dispatchers.GetOrAdd(actorInterface.Id, _ => new ActorMethodDispatcher(actorInterface));
        return RunAsync(id, new ActorMethodContext(method.Name, ActorCallType.ActorInterfaceMethod), async actor =>
            await dispatcher.DispatchAsync(actor, method.Id, arguments, WrappedMessageFactory.Instance, cancellationToken) is WrappedMessage answer ? serializer.Serialize(answer) : []);
    }

    /// <summary>A weakly typed call: one argument and the result as JSON. No bytes when the method has no result.</summary>
    public Task<byte[]> InvokeJsonAsync(ActorId id, string name, ReadOnlyMemory<byte> body, CancellationToken cancellationToken)
    {
        var method = interfaces.SelectMany(candidate => candidate.Methods).FirstOrDefault(method => method.Name == name)
            ?? throw new MissingMethodException($"Actor type doesn't contain method {name}");
        if (method.Arguments.Count > 1)
        {
            throw new ArgumentException($"Method {method.Info.DeclaringType!.Name}.{name} has more than one parameter and can't be invoked through http");
        }

        var json = environment.JsonSerializerOptions;
        return RunAsync(id, new ActorMethodContext(name, ActorCallType.ActorInterfaceMethod), async actor =>
        {
            object?[] arguments = method.Arguments is [var only] ? [JsonSerializer.Deserialize(body.Span, only.ParameterType, json)] : [];
            var result = await method.InvokeAsync(actor, arguments, cancellationToken);
            return method.ResultType is { } type ? JsonSerializer.SerializeToUtf8Bytes(result, type, json) : [];
        });
    }

    /// <summary>A reminder fell due. An actor that takes none ignores it.</summary>
    public Task RemindAsync(ActorId id, string name, ReadOnlyMemory<byte> body)
    {
        if (!registration.Type.IsRemindable)
        {
            return Task.CompletedTask;
        }

        var callback = CallbackBody.Read(body);
        return RunAsync(id, Reminder, async actor =>
        {
            await ((IRemindable)actor).ReceiveReminderAsync(name, callback.Data, callback.DueTime, callback.Period);
            return true;
        });
    }

    /// <summary>A timer fell due.</summary>
    public Task FireTimerAsync(ActorId id, ReadOnlyMemory<byte> body)
    {
        var callback = CallbackBody.Read(body);
        return RunAsync(id, Timer, async actor =>
        {
            var method = actor.TimerCallback(callback.Callback);
            object?[] arguments = method.GetParameters().Length == 0 ? [] : [callback.Data];
            await (Task)method.Invoke(actor, BindingFlags.DoNotWrapExceptions, binder: null, arguments, culture: null)!;
            return true;
        });
    }

    /// <summary>The sidecar says that an actor is to leave memory.</summary>
    public async Task DeactivateAsync(ActorId id)
    {
        if (!active.TryRemove(id.GetId(), out var activation))
        {
            return;
        }

        var state = await activation.RunAsync();
        try
        {
            await state.Actor.DeactivateAsync();
            LogDeactivated(registration.Type.ActorTypeName, id.GetId());
        }
        finally
        {
            await activator.DeleteAsync(state);
        }
    }

    private async Task<T> RunAsync<T>(ActorId id, ActorMethodContext context, Func<Actor, Task<T>> method)
    {
        var state = await FindOrActivateAsync(id);
        return await state.Actor.RunAsync(context, () => method(state.Actor));
    }

    private async Task<ActorActivatorState> FindOrActivateAsync(ActorId id)
    {
        var activation = active.GetOrAdd(id.GetId(), _ => new Activation(() => ActivateAsync(id)));
        try
        {
            return await activation.RunAsync();
        }
        catch
        {
            active.TryRemove(KeyValuePair.Create(id.GetId(), activation));
            throw;
        }
    }

    private async Task<ActorActivatorState> ActivateAsync(ActorId id)
    {
        var host = new ActorHost(registration.Type, id, environment) { StateStore = store, Time = time };
        var state = await activator.CreateAsync(host);
        try
        {
            await state.Actor.ActivateAsync();
            LogActivated(registration.Type.ActorTypeName, id.GetId());
            return state;
        }
        catch
        {
            await activator.DeleteAsync(state);
            throw;
        }
    }

    [LoggerMessage(Level = LogLevel.Debug, Message = "Actor {Type}/{Id} is active")]
    private partial void LogActivated(string type, string id);

    [LoggerMessage(Level = LogLevel.Debug, Message = "Actor {Type}/{Id} is gone")]
    private partial void LogDeactivated(string type, string id);

    /// <summary>Makes an actor when it is first asked for, once.</summary>
    private sealed class Activation(Func<Task<ActorActivatorState>> activate)
    {
        private readonly Lock gate = new();
        private Task<ActorActivatorState>? running;

        public Task<ActorActivatorState> RunAsync()
        {
            lock (gate)
            {
                return running ??= activate();
            }
        }
    }
}
