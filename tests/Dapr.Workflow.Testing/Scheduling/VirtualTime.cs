namespace Dapr.Workflow.Testing.Scheduling;

/// <summary>A clock that stands still until it is moved; timers fire in the order of their times, those of one time in the order they were set.</summary>
internal sealed class VirtualTime(DateTimeOffset start) : TimeProvider
{
    private readonly PriorityQueue<(VirtualTimer Timer, int Version), (DateTimeOffset At, long Number)> _timers = new();
    private DateTimeOffset _now = start;
    private long _number;

    public override TimeZoneInfo LocalTimeZone => TimeZoneInfo.Utc;

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public override DateTimeOffset GetUtcNow() => _now;

    public override long GetTimestamp() => _now.Ticks;

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var timer = new VirtualTimer(this, () => callback(state));
        timer.Change(dueTime, period);
        return timer;
    }

    /// <summary>Moves to the next timer and fires it; false when none is set.</summary>
    public bool Next()
    {
        while (_timers.TryDequeue(out var entry, out var due))
        {
            if (entry.Timer.Version == entry.Version)
            {
                _now = due.At > _now ? due.At : _now;
                entry.Timer.Fire();
                return true;
            }
        }

        return false;
    }

    private void Set(VirtualTimer timer, TimeSpan due) => _timers.Enqueue((timer, timer.Version), (_now + due, _number++));

    private sealed class VirtualTimer(VirtualTime time, Action callback) : ITimer
    {
        private TimeSpan _period;

        public int Version { get; private set; }

        public bool Change(TimeSpan dueTime, TimeSpan period)
        {
            Version++;
            _period = period;
            if (dueTime >= TimeSpan.Zero)
            {
                time.Set(this, dueTime);
            }

            return true;
        }

        public void Fire()
        {
            Version++;
            if (_period > TimeSpan.Zero)
            {
                time.Set(this, _period);
            }

            callback();
        }

        public void Dispose() => Version++;

        public ValueTask DisposeAsync()
        {
            Dispose();
            return ValueTask.CompletedTask;
        }
    }
}
