namespace Dapr.Actors.Runtime;

/// <content>Timers and reminders.</content>
public abstract partial class Actor
{
    private string TypeName => Host.ActorTypeInfo.ActorTypeName;

    /// <summary>Registers a timer: it calls a method of this actor that takes nothing or bytes and returns a task, and ends with the actor.</summary>
    /// <exception cref="ArgumentException">The method cannot be called by a timer.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The due time is negative, or the period less than -1 ms, which means once.</exception>
    public Task<ActorTimer> RegisterTimerAsync(string? timerName, string callback, byte[]? callbackParams, TimeSpan dueTime, TimeSpan period) =>
        RegisterAsync(timerName, callback, callbackParams, dueTime, period, ttl: null);

    /// <summary>As the other overload; the timer ends after a time.</summary>
    public Task<ActorTimer> RegisterTimerAsync(string? timerName, string callback, byte[]? callbackParams, TimeSpan dueTime, TimeSpan period, TimeSpan ttl) =>
        RegisterAsync(timerName, callback, callbackParams, dueTime, period, ttl);

    /// <summary>Removes a timer.</summary>
    protected Task UnregisterTimerAsync(ActorTimer timer) => Host.TimerManager.UnregisterTimerAsync(timer);

    /// <summary>Removes a timer.</summary>
    protected Task UnregisterTimerAsync(string timerName) => Host.TimerManager.UnregisterTimerAsync(new ActorTimerToken(TypeName, Id, timerName));

    /// <summary>Registers a reminder: it calls <see cref="IRemindable"/> and survives the actor. A period of -1 ms means once.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The due time is negative, the period less than -1 ms, the ttl less than the due time, or the repetitions less than one.</exception>
    protected Task<IActorReminder> RegisterReminderAsync(string reminderName, byte[]? state, TimeSpan dueTime, TimeSpan period) =>
        RegisterAsync(new ActorReminder(TypeName, Id, reminderName, state, dueTime, period));

    /// <summary>As the first overload; the reminder ends after a time.</summary>
    protected Task<IActorReminder> RegisterReminderAsync(string reminderName, byte[]? state, TimeSpan dueTime, TimeSpan period, TimeSpan ttl) =>
        RegisterAsync(new ActorReminder(TypeName, Id, reminderName, state, dueTime, period, ttl));

    /// <summary>As the first overload; the reminder comes so many times and ends after a time.</summary>
    protected Task<IActorReminder> RegisterReminderAsync(string reminderName, byte[]? state, TimeSpan dueTime, TimeSpan period, int repetitions, TimeSpan ttl) =>
        RegisterAsync(new ActorReminder(TypeName, Id, reminderName, state, dueTime, period, repetitions, ttl));

    /// <summary>As the first overload; the reminder comes so many times.</summary>
    protected Task<IActorReminder> RegisterReminderAsync(string reminderName, byte[]? state, TimeSpan dueTime, TimeSpan period, int repetitions) =>
        RegisterAsync(new ActorReminder(TypeName, Id, reminderName, state, dueTime, period, repetitions));

    /// <summary>A reminder.</summary>
    /// <exception cref="DaprApiException">There is none.</exception>
    protected Task<IActorReminder> GetReminderAsync(string reminderName) => Host.TimerManager.GetReminderAsync(new ActorReminderToken(TypeName, Id, reminderName));

    /// <summary>Removes a reminder.</summary>
    protected Task UnregisterReminderAsync(IActorReminder reminder)
    {
        ArgumentNullException.ThrowIfNull(reminder);
        return Host.TimerManager.UnregisterReminderAsync(reminder as ActorReminderToken ?? new ActorReminderToken(TypeName, Id, reminder.Name));
    }

    /// <summary>Removes a reminder.</summary>
    protected Task UnregisterReminderAsync(string reminderName) => Host.TimerManager.UnregisterReminderAsync(new ActorReminderToken(TypeName, Id, reminderName));

    private async Task<ActorTimer> RegisterAsync(string? name, string callback, byte[]? data, TimeSpan dueTime, TimeSpan period, TimeSpan? ttl)
    {
        _ = TimerCallback(callback);
        var timer = new ActorTimer(TypeName, Id, string.IsNullOrEmpty(name) ? $"{Id}_Timer_{Guid.NewGuid()}" : name, callback, data, dueTime, period, ttl);
        await Host.TimerManager.RegisterTimerAsync(timer);
        return timer;
    }

    private async Task<IActorReminder> RegisterAsync(ActorReminder reminder)
    {
        await Host.TimerManager.RegisterReminderAsync(reminder);
        return reminder;
    }
}
