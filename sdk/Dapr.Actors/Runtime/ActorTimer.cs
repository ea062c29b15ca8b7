namespace Dapr.Actors.Runtime;

/// <summary>A timer of an actor: it ends with the actor.</summary>
public class ActorTimer : ActorTimerToken
{
    /// <summary>A timer without end.</summary>
    public ActorTimer(string actorType, ActorId actorId, string name, string timerCallback, byte[]? data, TimeSpan dueTime, TimeSpan period)
        : this(actorType, actorId, name, timerCallback, data, dueTime, period, (TimeSpan?)null)
    {
    }

    /// <summary>A timer that ends after a time.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The due time is negative, the period less than -1 ms, or the ttl less than the due time.</exception>
    public ActorTimer(string actorType, ActorId actorId, string name, string timerCallback, byte[]? data, TimeSpan dueTime, TimeSpan period, TimeSpan ttl)
        : this(actorType, actorId, name, timerCallback, data, dueTime, period, (TimeSpan?)ttl)
    {
    }

    /// <summary>Does not provide what a timer needs.</summary>
    [Obsolete("This constructor does not provide all required data and should not be used.")]
    public ActorTimer(string timerName, TimerInfo timerInfo)
        : base("", ActorId.CreateRandom(), timerName)
    {
        TimerInfo = timerInfo;
        TimerCallback = "";
    }

    internal ActorTimer(string actorType, ActorId actorId, string name, string timerCallback, byte[]? data, TimeSpan dueTime, TimeSpan period, TimeSpan? ttl)
        : base(actorType, actorId, name)
    {
        ScheduleTimes.Ensure(dueTime, period, ttl);
        (TimerCallback, Data, DueTime, Period, Ttl) = (timerCallback, data, dueTime, period, ttl);
    }

    /// <summary>Of no use.</summary>
#pragma warning disable CS0618 // The surface is given: the property is not obsolete, its type is.
    public TimerInfo? TimerInfo { get; }
#pragma warning restore CS0618

    /// <summary>The actor's method that it runs.</summary>
    public string TimerCallback { get; }

    /// <summary>What the method gets.</summary>
    public byte[]? Data { get; }

    /// <summary>The time before its first occurrence.</summary>
    public TimeSpan DueTime { get; }

    /// <summary>The time between occurrences; -1 ms = it comes once.</summary>
    public TimeSpan Period { get; }

    /// <summary>When it ends, counted from its registration; null = with the actor.</summary>
    public TimeSpan? Ttl { get; }
}
