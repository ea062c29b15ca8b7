using System.Text.Json;
using Dapr.Actors.Client;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Dapr.Actors.Runtime;

/// <summary>
/// What an actor in a unit test lives with. Proxies and timers throw <see cref="NotImplementedException"/>, as those of the official package, until a test replaces them.
/// </summary>
public sealed class ActorTestOptions
{
    /// <summary>The actor's id; default a random one.</summary>
    public ActorId ActorId { get; set; } = ActorId.CreateRandom();

    /// <summary>The actor's logs; default none.</summary>
    public ILoggerFactory LoggerFactory { get; set; } = NullLoggerFactory.Instance;

    /// <summary>JSON settings; default the Web ones.</summary>
    public JsonSerializerOptions JsonSerializerOptions { get; set; } = new(JsonSerializerDefaults.Web);

    /// <summary>Makes proxies.</summary>
    public IActorProxyFactory ProxyFactory { get; set; } = new NoProxies();

    /// <summary>Registers timers and reminders.</summary>
    public ActorTimerManager TimerManager { get; set; } = new NoTimers();

    private static Exception Unset(string option, string type) =>
        new NotImplementedException($"This actor was initialized for tests without a {type}. Set '{nameof(ActorTestOptions)}.{option}' to a mock of it.");

    private sealed class NoProxies : IActorProxyFactory
    {
        public ActorProxy Create(ActorId actorId, string actorType, ActorProxyOptions? options = null) => throw Unset(nameof(ProxyFactory), nameof(IActorProxyFactory));

        public TActorInterface CreateActorProxy<TActorInterface>(ActorId actorId, string actorType, ActorProxyOptions? options = null)
            where TActorInterface : IActor => throw Unset(nameof(ProxyFactory), nameof(IActorProxyFactory));

        public object CreateActorProxy(ActorId actorId, Type actorInterfaceType, string actorType, ActorProxyOptions? options = null) => throw Unset(nameof(ProxyFactory), nameof(IActorProxyFactory));
    }

    private sealed class NoTimers : ActorTimerManager
    {
        public override Task RegisterReminderAsync(ActorReminder reminder) => throw Unset(nameof(TimerManager), nameof(ActorTimerManager));

        public override Task<IActorReminder> GetReminderAsync(ActorReminderToken reminder) => throw Unset(nameof(TimerManager), nameof(ActorTimerManager));

        public override Task UnregisterReminderAsync(ActorReminderToken reminder) => throw Unset(nameof(TimerManager), nameof(ActorTimerManager));

        public override Task RegisterTimerAsync(ActorTimer timer) => throw Unset(nameof(TimerManager), nameof(ActorTimerManager));

        public override Task UnregisterTimerAsync(ActorTimerToken timer) => throw Unset(nameof(TimerManager), nameof(ActorTimerManager));
    }
}
