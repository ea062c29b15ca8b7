using Dapr.Actors.Communication;

namespace Dapr.Actors.Builder;

/// <summary>Calls the methods of one actor interface by their ids.</summary>
public abstract class ActorMethodDispatcherBase
{
    private IReadOnlyDictionary<int, string> methodNames = new Dictionary<int, string>();

    /// <summary>The interface's id.</summary>
    public int InterfaceId { get; private set; }

    /// <summary>Calls a method; the body of its answer, or null when it returns nothing.</summary>
    public Task<IActorResponseMessageBody?> DispatchAsync(
        object objectImplementation, int methodId, IActorRequestMessageBody? requestBody, IActorMessageBodyFactory remotingMessageBodyFactory, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        return OnDispatchAsync(methodId, objectImplementation, requestBody, remotingMessageBodyFactory, cancellationToken);
    }

    /// <summary>Calls a method that has no answer.</summary>
    public void Dispatch(object objectImplementation, int methodId, IActorRequestMessageBody? requestMessageBody) => OnDispatch(methodId, objectImplementation, requestMessageBody);

    /// <summary>The name of a method.</summary>
    /// <exception cref="MissingMethodException">The interface has no such method.</exception>
    public string GetMethodName(int methodId) =>
        methodNames.TryGetValue(methodId, out var name) ? name : throw new MissingMethodException($"Method Id '{methodId}' for interface Id '{InterfaceId}' not found in service implementation.");

    internal void Initialize(int interfaceId, IReadOnlyDictionary<int, string> names)
    {
        InterfaceId = interfaceId;
        methodNames = names;
    }

    /// <summary>The body of an answer with a result.</summary>
    protected IActorResponseMessageBody CreateResponseMessageBody(
        string interfaceName, string methodName, int methodId, IActorMessageBodyFactory remotingMessageBodyFactory, object? response)
    {
        var body = remotingMessageBodyFactory.CreateResponseMessageBody(interfaceName, methodName, CreateWrappedResponseBody(methodId, response));
        if (body is not WrappedMessage)
        {
            body.Set(response);
        }

        return body;
    }

    /// <summary>Calls a method.</summary>
    protected abstract Task<IActorResponseMessageBody?> OnDispatchAsync(
        int methodId, object remotedObject, IActorRequestMessageBody? requestBody, IActorMessageBodyFactory remotingMessageBodyFactory, CancellationToken cancellationToken);

    /// <summary>Calls a method that has no answer.</summary>
    protected abstract void OnDispatch(int methodId, object remotedObject, IActorRequestMessageBody? requestBody);

    /// <summary>The body of an answer once the method is over.</summary>
    protected async Task<IActorResponseMessageBody> ContinueWithResult<TRetVal>(
        string interfaceName, string methodName, int methodId, IActorMessageBodyFactory remotingMessageBodyFactory, Task<TRetVal> task) =>
        CreateResponseMessageBody(interfaceName, methodName, methodId, remotingMessageBodyFactory, await task);

    /// <summary>Null once the method is over.</summary>
    protected async Task<object?> ContinueWith(Task task)
    {
        await task;
        return null;
    }

    /// <summary>Whether arguments are fields of one value.</summary>
    protected bool CheckIfItsWrappedRequest(IActorRequestMessageBody? requestMessageBody) => requestMessageBody is WrappedMessage;

    /// <summary>The value that holds a result as a field.</summary>
    protected abstract object? CreateWrappedResponseBody(int methodId, object? retVal);
}
