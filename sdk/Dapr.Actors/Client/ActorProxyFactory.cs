using Dapr.Actors.Builder;
using Dapr.Actors.Communication;

namespace Dapr.Actors.Client;

/// <summary>Makes proxies of actors.</summary>
public class ActorProxyFactory : IActorProxyFactory
{
    private readonly HttpMessageHandler? handler;
    private ActorProxyOptions defaultOptions;

    /// <summary>Makes proxies with these options, calling through this handler (default: one that all share).</summary>
    public ActorProxyFactory(ActorProxyOptions? options = null, HttpMessageHandler? handler = null)
    {
        defaultOptions = options ?? new ActorProxyOptions();
        this.handler = handler;
    }

    /// <summary>As the other constructor.</summary>
    [Obsolete("Use the constructor that accepts HttpMessageHandler. This will be removed in the future.")]
    public ActorProxyFactory(ActorProxyOptions? options, HttpClientHandler? handler)
        : this(options, (HttpMessageHandler?)handler)
    {
    }

    /// <summary>The options of proxies that name none.</summary>
    public ActorProxyOptions DefaultOptions
    {
        get => defaultOptions;
        set => defaultOptions = value ?? throw new ArgumentNullException(nameof(DefaultOptions), $"{nameof(ActorProxyFactory)}.{nameof(DefaultOptions)} cannot be null");
    }

    /// <inheritdoc />
    public TActorInterface CreateActorProxy<TActorInterface>(ActorId actorId, string actorType, ActorProxyOptions? options = null)
        where TActorInterface : IActor => (TActorInterface)CreateActorProxy(actorId, typeof(TActorInterface), actorType, options);

    /// <inheritdoc />
    public object CreateActorProxy(ActorId actorId, Type actorInterfaceType, string actorType, ActorProxyOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(actorInterfaceType);
        var proxy = (ActorProxy)ActorProxyTypes.Of(actorInterfaceType).CreateInstance();
        return Bind(proxy, actorId, actorType, options ?? defaultOptions);
    }

    /// <inheritdoc />
    public ActorProxy Create(ActorId actorId, string actorType, ActorProxyOptions? options = null) => Bind(new ActorProxy(), actorId, actorType, options ?? defaultOptions);

    private ActorProxy Bind(ActorProxy proxy, ActorId actorId, string actorType, ActorProxyOptions options)
    {
        var sidecar = new ActorSidecar(handler, options.HttpEndpoint, options.DaprApiToken, options.RequestTimeout);
        IActorMessageSerializer serializer = options.UseJsonSerialization ? new JsonMessageSerializer(options.JsonSerializerOptions) : DataContractMessageSerializer.Instance;
        proxy.Initialize(sidecar, serializer, actorId, actorType, options.JsonSerializerOptions);
        return proxy;
    }
}
