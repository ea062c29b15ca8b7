using Microsoft.Extensions.Logging;
using Sidecar.Schedules;
using Sidecar.Telemetry.Metrics;

namespace Sidecar.Actors;

/// <summary>A timer of an actor, as the app registered it.</summary>
/// <param name="Body">What the app gets each time.</param>
/// <param name="Due">The first time.</param>
/// <param name="Period">The pause after it; null = once.</param>
/// <param name="Expires">No occurrence at or after this time.</param>
internal sealed record ActorTimer(string Type, string Id, string Name, string Body, DateTimeOffset Due, DaprDuration? Period, DateTimeOffset? Expires);

/// <summary>
/// The timers of the actors that an app registered; they end with the sidecar. Invariants: those of one actor fire one after the other, in the
/// order they fall due; a timer's next occurrence is planned when the one before is over, so that one never overtakes itself; a removed or
/// replaced timer does not fire again, not even when it waited for its actor's turn.
/// </summary>
internal sealed partial class ActorTimers(ActorRouter router, TimeProvider time, ActorMetrics metrics, ILogger logger) : IAsyncDisposable
{
    private readonly Lock _gate = new();
    private readonly Dictionary<(string Type, string Id, string Name), ActorTimer> _timers = [];
    private readonly Dictionary<(string Type, string Id), Parked> _parked = [];
    private readonly PriorityQueue<(ActorTimer Timer, int Count), DateTimeOffset> _due = new();
    private readonly SleepSignal _signal = new(time);
    private readonly CancellationTokenSource _stop = new();
    private Task? _disposal;
    private Task _running = Task.CompletedTask;

    /// <summary>Begins to fire.</summary>
    public void Start() => _running = Task.Run(RunAsync, CancellationToken.None);

    /// <summary>Adds or replaces a timer.</summary>
    public void Add(ActorTimer timer)
    {
        lock (_gate)
        {
            if (timer.Expires <= timer.Due)
            {
                Forget((timer.Type, timer.Id, timer.Name));
                return;
            }

            if (!_timers.TryAdd((timer.Type, timer.Id, timer.Name), timer))
            {
                _timers[(timer.Type, timer.Id, timer.Name)] = timer;
            }
            else
            {
                metrics.TimerAdded(timer.Type);
            }

            _due.Enqueue((timer, 0), timer.Due);
        }

        _signal.Notify(timer.Due);
    }

    /// <summary>Removes a timer, if there is one.</summary>
    public void Remove(string type, string id, string name)
    {
        lock (_gate)
        {
            Forget((type, id, name));
        }
    }

    /// <inheritdoc />
    public ValueTask DisposeAsync() => new(_disposal ??= DisposeOnceAsync());

    private async Task DisposeOnceAsync()
    {
        await _stop.CancelAsync();
        await _running;
        await Task.WhenAll(Firing());
        _stop.Dispose();
    }

    private async Task RunAsync()
    {
        try
        {
            while (true)
            {
                _signal.Awake();
                await _signal.SleepAsync(FireDue(), _stop.Token);
            }
        }
        catch (OperationCanceledException) when (_stop.IsCancellationRequested)
        {
            // The sidecar stops.
        }
    }

    private DateTimeOffset FireDue()
    {
        var now = time.GetUtcNow();
        lock (_gate)
        {
            while (_due.TryPeek(out var next, out var due))
            {
                if (due > now)
                {
                    return due;
                }

                _due.Dequeue();
                if (IsCurrent(next.Timer))
                {
                    Park(next.Timer, next.Count, due);
                }
            }

            return now + TimeSpan.FromMinutes(5);
        }
    }

    // Behind what fell due before for the same actor.
    private void Park(ActorTimer timer, int count, DateTimeOffset due)
    {
        var actor = (timer.Type, timer.Id);
        if (_parked.TryGetValue(actor, out var parked))
        {
            parked.Occurrences.Enqueue((timer, count, due));
            return;
        }

        parked = new Parked();
        parked.Occurrences.Enqueue((timer, count, due));
        _parked[actor] = parked;
        parked.Firing = FireAllAsync(actor, parked.Occurrences);
    }

    private async Task FireAllAsync((string Type, string Id) actor, Queue<(ActorTimer Timer, int Count, DateTimeOffset Due)> occurrences)
    {
        await Task.Yield();
        while (true)
        {
            (ActorTimer Timer, int Count, DateTimeOffset Due) next;
            lock (_gate)
            {
                if (!occurrences.TryDequeue(out next))
                {
                    _parked.Remove(actor);
                    return;
                }
            }

            await FireAsync(next.Timer, next.Count, next.Due);
        }
    }

    private async Task FireAsync(ActorTimer timer, int count, DateTimeOffset due)
    {
        try
        {
            var failure = await router.CallBackAsync(timer.Type, timer.Id, $"timer/{timer.Name}", timer.Body, _stop.Token, () => IsRegistered(timer));
            metrics.TimerFired(timer.Type, failure is null);
            if (failure is { Kind: not ActorFailureKind.Cancelled })
            {
                LogFailed(timer.Type, timer.Id, timer.Name, failure.Message);
            }
        }
        catch (OperationCanceledException) when (_stop.IsCancellationRequested)
        {
            return;
        }
        catch (Exception exception)
        {
            LogFault(timer.Type, timer.Id, timer.Name, exception);
        }

        PlanNext(timer, count + 1, due);
    }

    private void PlanNext(ActorTimer timer, int count, DateTimeOffset due)
    {
        lock (_gate)
        {
            if (!IsCurrent(timer))
            {
                return;
            }

            if (timer.Period is not { IsZero: false } period || (period.Repetitions > 0 && count >= period.Repetitions)
                || !DaprTime.TryAdd(period, due, out var next) || next >= timer.Expires)
            {
                Forget((timer.Type, timer.Id, timer.Name));
                return;
            }

            _due.Enqueue((timer, count), next);
            _signal.Notify(next);
        }
    }

    private void Forget((string Type, string Id, string Name) key)
    {
        if (_timers.Remove(key))
        {
            metrics.TimerRemoved(key.Type);
        }
    }

    private Task[] Firing()
    {
        lock (_gate)
        {
            return [.. _parked.Values.Select(parked => parked.Firing)];
        }
    }

    private bool IsRegistered(ActorTimer timer)
    {
        lock (_gate)
        {
            return IsCurrent(timer);
        }
    }

    private bool IsCurrent(ActorTimer timer) => _timers.TryGetValue((timer.Type, timer.Id, timer.Name), out var current) && ReferenceEquals(current, timer);

    [LoggerMessage(4211, LogLevel.Warning, "Timer {Name} of actor {Type}/{Id} failed: {Problem}")]
    private partial void LogFailed(string type, string id, string name, string problem);

    [LoggerMessage(4212, LogLevel.Error, "Timer {Name} of actor {Type}/{Id} failed")]
    private partial void LogFault(string type, string id, string name, Exception exception);

    /// <summary>What fell due for an actor, and the task that fires it.</summary>
    private sealed class Parked
    {
        public Queue<(ActorTimer Timer, int Count, DateTimeOffset Due)> Occurrences { get; } = new();

        public Task Firing { get; set; } = Task.CompletedTask;
    }
}
