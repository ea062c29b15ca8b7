namespace Dapr.Actors.Runtime;

/// <summary>Which times a timer or a reminder may have.</summary>
internal static class ScheduleTimes
{
    /// <summary>Throws unless the times go together.</summary>
    /// <exception cref="ArgumentOutOfRangeException">They do not.</exception>
    internal static void Ensure(TimeSpan dueTime, TimeSpan period, TimeSpan? ttl)
    {
        EnsureAtLeast(nameof(dueTime), dueTime, TimeSpan.Zero);
        EnsureAtLeast(nameof(period), period, Timeout.InfiniteTimeSpan);
        if (ttl is { } lifetime)
        {
            EnsureAtLeast(nameof(ttl), lifetime, dueTime);
        }
    }

    private static void EnsureAtLeast(string name, TimeSpan value, TimeSpan least)
    {
        if (value < least)
        {
            throw new ArgumentOutOfRangeException(name, $"TimeSpan TotalMilliseconds specified value must be between {least.TotalMilliseconds} and {TimeSpan.MaxValue.TotalMilliseconds} ");
        }
    }
}
