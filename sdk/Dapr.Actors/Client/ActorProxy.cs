using System.Text.Json;
using Dapr.Actors.Builder;
using Dapr.Actors.Communication;

namespace Dapr.Actors.Client;

/// <summary>Stands for an actor; its methods are named by texts. Typed proxies derive from it.</summary>
public class ActorProxy : IActorProxy
{
    private ActorSidecar? sidecar;
    private IActorMessageSerializer serializer = DataContractMessageSerializer.Instance;
    private JsonSerializerOptions json = JsonSerializerOptions.Web;

    /// <summary>Creates a proxy that is bound to no actor.</summary>
    protected internal ActorProxy()
    {
    }

    /// <summary>Makes the proxies of this class's static methods.</summary>
    public static IActorProxyFactory DefaultProxyFactory { get; } = new ActorProxyFactory();

    /// <inheritdoc />
    public ActorId ActorId { get; private set; } = null!;

    /// <inheritdoc />
    public string ActorType { get; private set; } = null!;

    private ActorSidecar Sidecar => sidecar ?? throw new InvalidOperationException("The proxy is bound to no actor; make it with an actor proxy factory.");

    /// <summary>A typed proxy.</summary>
    public static TActorInterface Create<TActorInterface>(ActorId actorId, string actorType, ActorProxyOptions? options = null)
        where TActorInterface : IActor => DefaultProxyFactory.CreateActorProxy<TActorInterface>(actorId, actorType, options);

    /// <summary>A typed proxy of an interface known at run time.</summary>
    /// <exception cref="ArgumentException">It is no actor interface.</exception>
    public static object Create(ActorId actorId, Type actorInterfaceType, string actorType, ActorProxyOptions? options = null) =>
        typeof(IActor).IsAssignableFrom(actorInterfaceType)
            ? DefaultProxyFactory.CreateActorProxy(actorId, actorInterfaceType, actorType, options)
            : throw new ArgumentException("The interface must implement IActor.", nameof(actorInterfaceType));

    /// <summary>A proxy whose methods are named by texts.</summary>
    public static ActorProxy Create(ActorId actorId, string actorType, ActorProxyOptions? options = null) => DefaultProxyFactory.Create(actorId, actorType, options);

    /// <summary>Calls a method with an argument and reads its result, both as JSON.</summary>
    /// <exception cref="DaprApiException">The sidecar reports a failure, or that the method threw.</exception>
    public async Task<TResponse> InvokeMethodAsync<TRequest, TResponse>(string method, TRequest data, CancellationToken cancellationToken = default) =>
        Read<TResponse>(await InvokeJsonAsync(method, JsonSerializer.SerializeToUtf8Bytes(data, json), cancellationToken));

    /// <summary>Calls a method with an argument as JSON.</summary>
    /// <exception cref="DaprApiException">The sidecar reports a failure, or that the method threw.</exception>
    public Task InvokeMethodAsync<TRequest>(string method, TRequest data, CancellationToken cancellationToken = default) =>
        InvokeJsonAsync(method, JsonSerializer.SerializeToUtf8Bytes(data, json), cancellationToken);

    /// <summary>Calls a method and reads its result as JSON.</summary>
    /// <exception cref="DaprApiException">The sidecar reports a failure, or that the method threw.</exception>
    public async Task<TResponse> InvokeMethodAsync<TResponse>(string method, CancellationToken cancellationToken = default) =>
        Read<TResponse>(await InvokeJsonAsync(method, null, cancellationToken));

    /// <summary>Calls a method.</summary>
    /// <exception cref="DaprApiException">The sidecar reports a failure, or that the method threw.</exception>
    public Task InvokeMethodAsync(string method, CancellationToken cancellationToken = default) => InvokeJsonAsync(method, null, cancellationToken);

    internal void Initialize(ActorSidecar target, IActorMessageSerializer messageSerializer, ActorId actorId, string actorType, JsonSerializerOptions options)
    {
        sidecar = target;
        serializer = messageSerializer;
        ActorId = actorId;
        ActorType = actorType;
        json = options;
    }

    /// <summary>Sends a typed call; the body of its answer, or null when it has none.</summary>
    protected async Task<IActorResponseMessageBody?> InvokeMethodAsync(
        int interfaceId, int methodId, string methodName, IActorRequestMessageBody? requestMsgBodyValue, CancellationToken cancellationToken)
    {
        var header = new ActorRequestMessageHeader
        {
            ActorId = ActorId,
            ActorType = ActorType,
            InterfaceId = interfaceId,
            MethodId = methodId,
            MethodName = methodName,
            CallContext = Guid.NewGuid().ToString(),
        };
        var body = requestMsgBodyValue is WrappedMessage message ? serializer.Serialize(message) : null;
        var answer = await Sidecar.InvokeAsync(ActorType, ActorId.GetId(), methodName, body, HeaderText.Write(header), cancellationToken);
        return answer.ErrorHeader is { } error ? throw RemoteException.Read(error, answer.Body)
            : ActorInterface.OfId(interfaceId).Method(methodId).ResponseType is { } type ? serializer.Deserialize(answer.Body, type)
            : null;
    }

    /// <summary>The body of a typed call.</summary>
    protected IActorRequestMessageBody CreateRequestMessageBody(string interfaceName, string methodName, int parameterCount, object? wrappedRequest) =>
        WrappedMessageFactory.Instance.CreateRequestMessageBody(interfaceName, methodName, parameterCount, wrappedRequest);

    /// <summary>The task itself.</summary>
    protected Task ContinueWith(Task<object> task) => task;

    /// <summary>The result that an answer's value holds.</summary>
    protected virtual object? GetReturnValue(int interfaceId, int methodId, object? responseBody) =>
        responseBody is null ? null : ActorInterface.OfId(interfaceId).Method(methodId).ResponseType!.GetField(ActorInterface.ResultField)!.GetValue(responseBody);

    /// <summary>The result of a typed call once its answer is there.</summary>
    protected async Task<TRetval> ContinueWithResult<TRetval>(int interfaceId, int methodId, Task<IActorResponseMessageBody> task)
    {
        var body = (IActorResponseMessageBody?)await task;
        var result = body is WrappedMessage message ? GetReturnValue(interfaceId, methodId, message.Value) : body?.Get(typeof(TRetval));
        return result is TRetval value ? value : default!;
    }

    /// <summary>Whether arguments are fields of one value.</summary>
    protected bool CheckIfItsWrappedRequest(IActorRequestMessageBody? requestMessageBody) => requestMessageBody is WrappedMessage;

    private async Task<ReadOnlyMemory<byte>> InvokeJsonAsync(string method, byte[]? body, CancellationToken cancellationToken)
    {
        var answer = await Sidecar.InvokeAsync(ActorType, ActorId.GetId(), method, body, typedHeader: null, cancellationToken);
        return answer.Body;
    }

    private T Read<T>(ReadOnlyMemory<byte> body) => JsonSerializer.Deserialize<T>(body.Span, json)!;
}
