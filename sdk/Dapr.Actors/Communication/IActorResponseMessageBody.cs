namespace Dapr.Actors.Communication;

/// <summary>The result of a typed call.</summary>
public interface IActorResponseMessageBody
{
    /// <summary>Sets the result.</summary>
    void Set(object? response);

    /// <summary>The result.</summary>
    object? Get(Type paramType);
}
