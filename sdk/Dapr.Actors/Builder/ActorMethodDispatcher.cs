using Dapr.Actors.Communication;

namespace Dapr.Actors.Builder;

/// <summary>Calls the methods of one actor interface.</summary>
internal sealed class ActorMethodDispatcher : ActorMethodDispatcherBase
{
    private readonly ActorInterface actorInterface;

    internal ActorMethodDispatcher(ActorInterface actorInterface)
    {
        this.actorInterface = actorInterface;
        Initialize(actorInterface.Id, actorInterface.Methods.ToDictionary(method => method.Id, method => method.Name));
    }

    protected override async Task<IActorResponseMessageBody?> OnDispatchAsync(
        int methodId, object remotedObject, IActorRequestMessageBody? requestBody, IActorMessageBodyFactory remotingMessageBodyFactory, CancellationToken cancellationToken)
    {
        var method = actorInterface.Method(methodId);
        var arguments = method.Arguments.Select((argument, position) => requestBody?.GetParameter(position, argument.Name!, argument.ParameterType)).ToList();
        var result = await method.InvokeAsync(remotedObject, arguments, cancellationToken);
        return method.ResponseType is null ? null : CreateResponseMessageBody(actorInterface.Type.Name, method.Name, methodId, remotingMessageBodyFactory, result);
    }

    protected override void OnDispatch(int methodId, object remotedObject, IActorRequestMessageBody? requestBody) =>
        throw new NotSupportedException("The methods of actors return a task: use DispatchAsync.");

    protected override object? CreateWrappedResponseBody(int methodId, object? retVal)
    {
        var type = actorInterface.Method(methodId).ResponseType!;
        var body = Activator.CreateInstance(type)!;
        type.GetField(ActorInterface.ResultField)!.SetValue(body, retVal);
        return body;
    }
}
