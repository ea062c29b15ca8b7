namespace Dapr.Actors.Runtime;

/// <summary>An actor that takes reminders; any other ignores them.</summary>
public interface IRemindable
{
    /// <summary>Runs when a reminder falls due.</summary>
    /// <param name="reminderName">Its name.</param>
    /// <param name="state">What it was registered with.</param>
    /// <param name="dueTime">The time before its first occurrence, as far as the sidecar tells; else -1 ms.</param>
    /// <param name="period">The time between occurrences, as far as the sidecar tells; else -1 ms.</param>
    Task ReceiveReminderAsync(string reminderName, byte[] state, TimeSpan dueTime, TimeSpan period);
}
