namespace Dapr.Actors.Runtime;

/// <summary>What makes an actor run.</summary>
public enum ActorCallType
{
    /// <summary>A call of one of its methods.</summary>
    ActorInterfaceMethod = 0,

    /// <summary>A timer.</summary>
    TimerMethod = 1,

    /// <summary>A reminder.</summary>
    ReminderMethod = 2,
}
