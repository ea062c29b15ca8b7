using System.Text.Json;
using Dapr.Actors.Client;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Dapr.Actors.Runtime;

/// <summary>What an actor lives with.</summary>
public sealed class ActorHost
{
    /// <summary>Only the runtime makes hosts.</summary>
    [Obsolete("Application code should not call this method. Use CreateForTest for unit testing.")]
    public ActorHost(ActorTypeInformation actorTypeInfo, ActorId id, JsonSerializerOptions? jsonSerializerOptions, ILoggerFactory? loggerFactory, IActorProxyFactory? proxyFactory)
        : this(
            actorTypeInfo,
            id,
            new ActorTestOptions { JsonSerializerOptions = jsonSerializerOptions ?? JsonSerializerOptions.Web, LoggerFactory = loggerFactory ?? NullLoggerFactory.Instance, ProxyFactory = proxyFactory! })
    {
    }

    internal ActorHost(ActorTypeInformation actorTypeInfo, ActorId id, ActorTestOptions options)
    {
        ActorTypeInfo = actorTypeInfo;
        Id = id;
        JsonSerializerOptions = options.JsonSerializerOptions;
        LoggerFactory = options.LoggerFactory;
        ProxyFactory = options.ProxyFactory;
        TimerManager = options.TimerManager;
    }

    /// <summary>The actor's type.</summary>
    public ActorTypeInformation ActorTypeInfo { get; }

    /// <summary>The actor's id.</summary>
    public ActorId Id { get; }

    /// <summary>Makes loggers.</summary>
    public ILoggerFactory LoggerFactory { get; }

    /// <summary>JSON settings.</summary>
    public JsonSerializerOptions JsonSerializerOptions { get; }

    /// <summary>Makes proxies of other actors.</summary>
    public IActorProxyFactory ProxyFactory { get; }

    /// <summary>Registers timers and reminders.</summary>
    public ActorTimerManager TimerManager { get; }

    /// <summary>Keeps the actor's state; null in a unit test.</summary>
    internal ActorStateStore? StateStore { get; init; }

    internal TimeProvider Time { get; init; } = TimeProvider.System;

    /// <summary>A host for a unit test.</summary>
    public static ActorHost CreateForTest<TActor>(ActorTestOptions? options = null)
        where TActor : Actor => CreateForTest(typeof(TActor), actorTypeName: null, options);

    /// <summary>A host for a unit test.</summary>
    public static ActorHost CreateForTest<TActor>(string? actorTypeName, ActorTestOptions? options = null)
        where TActor : Actor => CreateForTest(typeof(TActor), actorTypeName, options);

    /// <summary>A host for a unit test.</summary>
    public static ActorHost CreateForTest(Type actorType, ActorTestOptions? options = null) => CreateForTest(actorType, actorTypeName: null, options);

    /// <summary>A host for a unit test.</summary>
    public static ActorHost CreateForTest(Type actorType, string? actorTypeName, ActorTestOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(actorType);
        options ??= new ActorTestOptions();
        return new ActorHost(ActorTypeInformation.Get(actorType, actorTypeName), options.ActorId, options);
    }
}
