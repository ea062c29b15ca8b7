namespace Dapr.Actors.Communication;

/// <summary>The bodies of typed calls as bytes.</summary>
internal interface IActorMessageSerializer
{
    /// <summary>The bytes of a body whose value is of a method's message type.</summary>
    byte[] Serialize(WrappedMessage body);

    /// <summary>A body with a value of the message type; null when there are no bytes.</summary>
    WrappedMessageBody? Deserialize(ReadOnlyMemory<byte> bytes, Type messageType);
}
