namespace Dapr.Actors.Communication;

/// <summary>The arguments of a typed call.</summary>
public interface IActorRequestMessageBody
{
    /// <summary>Sets an argument.</summary>
    void SetParameter(int position, string parameterName, object? parameter);

    /// <summary>An argument.</summary>
    object? GetParameter(int position, string parameterName, Type paramType);
}
