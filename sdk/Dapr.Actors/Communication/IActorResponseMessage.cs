namespace Dapr.Actors.Communication;

/// <summary>The answer to a typed call.</summary>
public interface IActorResponseMessage
{
    /// <summary>Headers; empty unless the actor threw.</summary>
    IActorResponseMessageHeader? GetHeader();

    /// <summary>The result.</summary>
    IActorResponseMessageBody? GetBody();
}
