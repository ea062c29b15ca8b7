namespace Dapr.Actors.Runtime;

/// <summary>A reminder of an actor: it survives the actor, the app and the sidecar.</summary>
public class ActorReminder : ActorReminderToken, IActorReminder
{
    /// <summary>A reminder without limits.</summary>
    public ActorReminder(string actorType, ActorId actorId, string name, byte[]? state, TimeSpan dueTime, TimeSpan period)
        : this(actorType, actorId, name, state, dueTime, period, repetitions: null, ttl: null)
    {
    }

    /// <summary>A reminder that ends after a time.</summary>
    public ActorReminder(string actorType, ActorId actorId, string name, byte[]? state, TimeSpan dueTime, TimeSpan period, TimeSpan ttl)
        : this(actorType, actorId, name, state, dueTime, period, repetitions: null, ttl)
    {
    }

    /// <summary>A reminder that comes so many times.</summary>
    public ActorReminder(string actorType, ActorId actorId, string name, byte[]? state, TimeSpan dueTime, TimeSpan period, int? repetitions)
        : this(actorType, actorId, name, state, dueTime, period, repetitions, ttl: null)
    {
    }

    /// <summary>A reminder that comes so many times and ends after a time.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The due time is negative, the period less than -1 ms, the ttl less than the due time, or the repetitions less than one.</exception>
    public ActorReminder(string actorType, ActorId actorId, string name, byte[]? state, TimeSpan dueTime, TimeSpan period, int? repetitions, TimeSpan? ttl)
        : base(actorType, actorId, name)
    {
        ScheduleTimes.Ensure(dueTime, period, ttl);
        if (repetitions <= 0)
        {
            throw new ArgumentOutOfRangeException(nameof(repetitions), $"The repetitions {repetitions} specified must be a valid positive integer.");
        }

        State = state ?? [];
        (DueTime, Period, Repetitions, Ttl) = (dueTime, period, repetitions, ttl);
    }

    /// <inheritdoc />
    public byte[] State { get; }

    /// <inheritdoc />
    public TimeSpan DueTime { get; }

    /// <inheritdoc />
    public TimeSpan Period { get; }

    /// <summary>When it ends, counted from its registration; null = never.</summary>
    public TimeSpan? Ttl { get; }

    /// <summary>How often it comes; null = without end.</summary>
    public int? Repetitions { get; }
}
