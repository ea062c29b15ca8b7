namespace Sidecar.Telemetry.Metrics;

/// <summary>Actors, timers and reminders, under daprd's names.</summary>
internal sealed class ActorMetrics(SidecarMetrics metrics)
{
    private const string Type = "actor_type";
    private readonly MetricFamily<Counter> _pending = metrics.Gauges("dapr_runtime_actor_pending_actor_calls", Type);
    private readonly MetricFamily<Counter> _timers = metrics.Gauges("dapr_runtime_actor_timers", Type);
    private readonly MetricFamily<Counter> _timersFired = metrics.Counters("dapr_runtime_actor_timers_fired_total", Type, "success");
    private readonly MetricFamily<Counter> _remindersFired = metrics.Counters("dapr_runtime_actor_reminders_fired_total", Type, "success");
    private readonly MetricFamily<Counter> _deactivated = metrics.Counters("dapr_runtime_actor_deactivated_total", Type);
    private readonly MetricFamily<Counter> _notDeactivated = metrics.Counters("dapr_runtime_actor_deactivated_failed_total", Type);
    private readonly MetricFamily<Counter> _rebalanced = metrics.Counters("dapr_runtime_actor_rebalanced_total", Type);

    /// <summary>A call waits for its turn, until <see cref="Begun"/>.</summary>
    public void Waiting(string type) => Add(_pending, 1, new(type));

    /// <summary>A call that waited has its turn, or gave up.</summary>
    public void Begun(string type) => Add(_pending, -1, new(type));

    /// <summary>There is one timer more.</summary>
    public void TimerAdded(string type) => Add(_timers, 1, new(type));

    /// <summary>There is one timer less.</summary>
    public void TimerRemoved(string type) => Add(_timers, -1, new(type));

    /// <summary>A timer came due; the app took it or not.</summary>
    public void TimerFired(string type, bool success) => Add(_timersFired, 1, new(type, Word(success)));

    /// <summary>A reminder came due; the app took it or not.</summary>
    public void ReminderFired(string type, bool success) => Add(_remindersFired, 1, new(type, Word(success)));

    /// <summary>The app was told that an actor is gone, or could not be told.</summary>
    public void Deactivated(string type, bool success) => Add(success ? _deactivated : _notDeactivated, 1, new(type));

    /// <summary>An actor leaves for another instance of its app.</summary>
    public void Rebalanced(string type) => Add(_rebalanced, 1, new(type));

    private void Add(MetricFamily<Counter> family, long value, LabelValues labels)
    {
        if (metrics.IsEnabled)
        {
            family.At(labels).Add(value);
        }
    }

    private static string Word(bool success) => success ? "true" : "false";
}
