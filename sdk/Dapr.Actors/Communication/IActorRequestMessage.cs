namespace Dapr.Actors.Communication;

/// <summary>A typed call.</summary>
public interface IActorRequestMessage
{
    /// <summary>Which method of which actor.</summary>
    IActorRequestMessageHeader GetHeader();

    /// <summary>The arguments.</summary>
    IActorRequestMessageBody GetBody();
}
