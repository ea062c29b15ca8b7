namespace Dapr.Actors;

/// <summary>A typed call reached the actor, and its method threw; the inner exception says what.</summary>
public class ActorMethodInvocationException : DaprApiException
{
    private const string Code = "ERR_ACTOR_INVOKE_METHOD";

    /// <summary>Creates the exception without details.</summary>
    public ActorMethodInvocationException()
        : base(Code, isTransient: false)
    {
    }

    /// <summary>Creates the exception with a message.</summary>
    public ActorMethodInvocationException(string message, bool isTransient)
        : base(message, Code, isTransient)
    {
    }

    /// <summary>Creates the exception with a message and its cause.</summary>
    public ActorMethodInvocationException(string message, Exception innerException, bool isTransient)
        : base(message, innerException, Code, isTransient)
    {
    }
}
