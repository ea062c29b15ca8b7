namespace Dapr.Actors.Runtime;

/// <summary>The method an actor runs.</summary>
public struct ActorMethodContext
{
    internal ActorMethodContext(string methodName, ActorCallType callType)
    {
        MethodName = methodName;
        CallType = callType;
    }

    /// <summary>Its name; <c>ReceiveReminderAsync</c> for reminders, <c>FireTimerAsync</c> for timers.</summary>
    public string MethodName { get; }

    /// <summary>Why it runs.</summary>
    public ActorCallType CallType { get; }
}
