namespace Dapr.Actors.Communication;

/// <summary>Makes <see cref="WrappedMessageBody"/>.</summary>
internal sealed class WrappedMessageFactory : IActorMessageBodyFactory
{
    internal static WrappedMessageFactory Instance { get; } = new();

    public IActorRequestMessageBody CreateRequestMessageBody(string interfaceName, string methodName, int numberOfParameters, object? wrappedRequestObject) =>
        new WrappedMessageBody { Value = wrappedRequestObject };

    public IActorResponseMessageBody CreateResponseMessageBody(string interfaceName, string methodName, object? wrappedResponseObject) =>
        new WrappedMessageBody { Value = wrappedResponseObject };
}
