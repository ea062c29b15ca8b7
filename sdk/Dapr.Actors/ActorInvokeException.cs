namespace Dapr.Actors;

/// <summary>What an actor's method threw, as far as it crosses the wire.</summary>
public class ActorInvokeException : Exception
{
    /// <summary>Creates the exception without details.</summary>
    public ActorInvokeException()
    {
    }

    /// <summary>Creates the exception.</summary>
    public ActorInvokeException(string actualExceptionType, string message)
        : base(message)
    {
        ActualExceptionType = actualExceptionType;
    }

    /// <summary>The full name of the type that the method threw.</summary>
    public string? ActualExceptionType { get; }
}
