using System.Runtime.Serialization;

namespace Dapr.Actors.Communication;

/// <summary>The body of a call or an answer: arguments and result are fields of <see cref="WrappedMessage.Value"/>.</summary>
[DataContract(Name = "WrappedMsgBody", Namespace = WireNames.Namespace)]
internal sealed class WrappedMessageBody : WrappedMessage, IActorRequestMessageBody, IActorResponseMessageBody
{
    public object? GetParameter(int position, string parameterName, Type paramType) => Value?.GetType().GetField(parameterName)?.GetValue(Value);

    public void SetParameter(int position, string parameterName, object? parameter) => Value?.GetType().GetField(parameterName)?.SetValue(Value, parameter);

    public object? Get(Type paramType) => GetParameter(0, Builder.ActorInterface.ResultField, paramType);

    public void Set(object? response) => SetParameter(0, Builder.ActorInterface.ResultField, response);
}
