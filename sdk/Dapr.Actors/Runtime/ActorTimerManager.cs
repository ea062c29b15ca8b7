namespace Dapr.Actors.Runtime;

/// <summary>Registers the timers and reminders of actors; a test replaces it.</summary>
public abstract class ActorTimerManager
{
    /// <summary>Registers a reminder, replacing one of its name.</summary>
    public abstract Task RegisterReminderAsync(ActorReminder reminder);

    /// <summary>A reminder.</summary>
    public abstract Task<IActorReminder> GetReminderAsync(ActorReminderToken reminder);

    /// <summary>Removes a reminder, if there is one.</summary>
    public abstract Task UnregisterReminderAsync(ActorReminderToken reminder);

    /// <summary>Registers a timer, replacing one of its name.</summary>
    public abstract Task RegisterTimerAsync(ActorTimer timer);

    /// <summary>Removes a timer, if there is one.</summary>
    public abstract Task UnregisterTimerAsync(ActorTimerToken timer);
}
