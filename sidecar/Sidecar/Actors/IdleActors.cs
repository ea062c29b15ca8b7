using Sidecar.Schedules;

namespace Sidecar.Actors;

/// <summary>Waits for actors to have had no call for their idle timeout. Invariant: an actor is handed over once, closed, and without a call.</summary>
internal sealed class IdleActors : IAsyncDisposable
{
    private static readonly TimeSpan LongestSleep = TimeSpan.FromMinutes(5);
    private static readonly TimeSpan ShortestPause = TimeSpan.FromMilliseconds(100);
    private readonly TimeProvider _time;
    private readonly Action<ActorInstance> _idle;
    private readonly PriorityQueue<ActorInstance, DateTimeOffset> _queue = new();
    private readonly SleepSignal _signal;
    private readonly CancellationTokenSource _stop = new();
    private readonly Task _sweeping;

    /// <param name="idle">Takes an idle actor; must not block.</param>
    public IdleActors(TimeProvider time, Action<ActorInstance> idle)
    {
        _time = time;
        _idle = idle;
        _signal = new SleepSignal(time);
        _sweeping = Task.Run(SweepAsync, CancellationToken.None);
    }

    /// <summary>From now on the actor may be idle.</summary>
    public void Watch(ActorInstance actor)
    {
        var due = actor.IdleAt;
        lock (_queue)
        {
            _queue.Enqueue(actor, due);
        }

        _signal.Notify(due);
    }

    /// <summary>No actor is idle any more.</summary>
    public Task StopAsync() => _stop.CancelAsync();

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _sweeping;
        _stop.Dispose();
    }

    private async Task SweepAsync()
    {
        try
        {
            while (true)
            {
                _signal.Awake();
                await _signal.SleepAsync(Sweep(), _stop.Token);
            }
        }
        catch (OperationCanceledException) when (_stop.IsCancellationRequested)
        {
            // The host stops.
        }
    }

    // Hands over what is idle; returns when the next actor may be.
    private DateTimeOffset Sweep()
    {
        var now = _time.GetUtcNow();
        lock (_queue)
        {
            while (_queue.TryPeek(out var actor, out var due))
            {
                if (due > now)
                {
                    return due < now + LongestSleep ? due : now + LongestSleep;
                }

                _queue.Dequeue();
                if (actor.Gone.Task.IsCompleted)
                {
                    continue;
                }

                if (actor.IdleAt > now)
                {
                    _queue.Enqueue(actor, actor.IdleAt);
                }
                else if (actor.Turns.TryClose())
                {
                    _idle(actor);
                }
                else
                {
                    _queue.Enqueue(actor, now + (actor.Settings.IdleTimeout > ShortestPause ? actor.Settings.IdleTimeout : ShortestPause));
                }
            }

            return now + LongestSleep;
        }
    }
}
