using System.Collections.Concurrent;
using System.Threading.Channels;
using Dapr.DurableTask.Protobuf;

namespace Sidecar.Workflows.Engine;

/// <summary>
/// Hands turns and activities to the connected workers. Invariants: work waits in the queues while no worker has room for
/// it; what a worker has is leased to its connection under a token, and goes back to the queue when the connection or the
/// lease ends before the answer; work that cannot be handed out fails alone. The queues hold what is in memory anyway; the engine bounds that (<see cref="WorkflowOptions.MaxQueued"/>).
/// </summary>
internal sealed class WorkDispatcher(EngineContext context)
{
    // What a worker gets at once before its first answer with a token. Workers of the older protocol never send one, and theirs is a short
    // queue of their own (the official JavaScript runtime runs 10 items, holds 100 more and drops the rest without a word).
    private const int UnprovenTurns = 10;
    private const int UnprovenActivities = 50;

    private readonly Channel<WorkflowInstance> _turns = Channel.CreateUnbounded<WorkflowInstance>();
    private readonly Channel<ActivityTask> _activities = Channel.CreateUnbounded<ActivityTask>();
    private readonly ConcurrentDictionary<string, Lease> _leases = new(StringComparer.Ordinal);
    private int _workers;

    /// <summary>Connected workers.</summary>
    public int Workers => Volatile.Read(ref _workers);

    /// <summary>Turns that wait for a worker.</summary>
    public int QueuedTurns => _turns.Reader.Count;

    /// <summary>Activities that wait for a worker.</summary>
    public int QueuedActivities => _activities.Reader.Count;

    /// <summary>Queues a turn. Called under the instance's gate.</summary>
    public void Enqueue(WorkflowInstance instance)
    {
        if (instance.CanRun && !instance.Queued)
        {
            instance.Queued = true;
            _turns.Writer.TryWrite(instance);
        }
    }

    /// <summary>Queues an activity with the workers of its app; an app that has none yet gets it when it does. Called under its instance's gate.</summary>
    public void Enqueue(ActivityTask task)
    {
        if (task.App != context.AppId)
        {
            context.Environment.Peers.Find(task.App)?.Dispatcher.Enqueue(task);
        }
        else if (task is { Token: null, Queued: false })
        {
            task.Queued = _activities.Writer.TryWrite(task);
        }
    }

    /// <summary>The engine stops: activities of other apps' instances go back to them, and wait until there is an engine again.</summary>
    public void Close()
    {
        _activities.Writer.TryComplete();
        while (_activities.Reader.TryRead(out var task))
        {
            lock (task.Instance.Gate)
            {
                task.Queued = false;
            }
        }
    }

    /// <summary>The app whose instance an activity answers, which need not be this one.</summary>
    public string OwnerOf(ActivityResponse response) =>
        (response.CompletionToken.Length > 0
            ? _leases.GetValueOrDefault(response.CompletionToken)
            : _leases.Values.FirstOrDefault(lease => lease.Task is { } task && task.TaskId == response.TaskId && lease.Instance.Id == response.InstanceId))
        ?.Instance.AppId ?? context.AppId;

    /// <summary>An answer has come: its worker has room again. The token is the answer's own, else the one the open item has.</summary>
    public void Release(string answered, string? open)
    {
        var token = answered.Length > 0 ? answered : open;
        if (token is not null && _leases.TryRemove(token, out var lease))
        {
            lease.Room.Release();
            if (answered.Length > 0)
            {
                lease.Worker.Prove();
            }
        }
    }

    /// <summary>Feeds one worker until the token is cancelled, its connection fails or its heartbeat stops; then what it had goes to others.</summary>
    public async Task ServeAsync(Func<WorkItem, Task> send, Heartbeat heartbeat, CancellationToken cancellation)
    {
        using var end = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        var worker = new Worker(send, heartbeat, context.Environment.Completion);
        Interlocked.Increment(ref _workers);
        try
        {
            Task[] pumps =
            [
                PumpAsync(worker, _turns.Reader, worker.Room(UnprovenTurns, context.Options.TurnsPerWorker), LeaseTurn, end.Token),
                PumpAsync(worker, _activities.Reader, worker.Room(UnprovenActivities, context.Options.ActivitiesPerWorker), LeaseActivity, end.Token),
            ];
            await Task.WhenAny([.. pumps, worker.Ended]);
            Cancel(end);
            await Task.WhenAll(pumps);
        }
        finally
        {
            Interlocked.Decrement(ref _workers);
            TakeBack(worker);
        }
    }

    /// <summary>Takes back what workers have had for too long, and ends the streams of silent ones, which then lose all they have. Returns how many items that are.</summary>
    public int TakeBackOverdue()
    {
        var now = context.Time.GetUtcNow();
        var ofSilent = _leases.Values.Where(lease => lease.Worker.Heartbeat.IsSilent).ToList();
        ofSilent.ForEach(lease => lease.Worker.End());
        var overdue = _leases.Where(pair => pair.Value.Until <= now).OrderBy(pair => pair.Key, StringComparer.Ordinal).ToList();
        return ofSilent.Count + overdue.Count(pair => _leases.TryRemove(pair.Key, out var lease) && TakeBackOverdue(pair.Key, lease));
    }

    private bool TakeBackOverdue(string token, Lease lease)
    {
        lease.Room.Release();
        return TakeBack(token, lease);
    }

    private static void Cancel(CancellationTokenSource source) => source.Cancel();

    private async Task PumpAsync<T>(Worker worker, ChannelReader<T> queue, Room room, Func<Worker, Room, T, WorkItem?> lease, CancellationToken cancellation)
    {
        while (true)
        {
            await room.TakeAsync(cancellation);
            var work = await queue.ReadAsync(cancellation);
            if (lease(worker, room, work) is { } item)
            {
                await worker.SendAsync(item, cancellation);
            }
            else
            {
                room.Release();
            }
        }
    }

    private WorkItem? LeaseTurn(Worker worker, Room room, WorkflowInstance instance)
    {
        var token = context.NewId();
        lock (instance.Gate)
        {
            var item = TryBegin(instance, () => instance.BeginTurn(token));
            if (item is not null)
            {
                _leases[token] = new Lease(worker, room, instance, null, context.Time.GetUtcNow() + context.Options.TurnLease);
            }

            return item;
        }
    }

    private WorkItem? LeaseActivity(Worker worker, Room room, ActivityTask task)
    {
        var token = context.NewId();
        lock (task.Instance.Gate)
        {
            var item = TryBegin(task.Instance, () => task.Instance.BeginActivity(task, token, context.Tracing));
            if (item is not null)
            {
                _leases[token] = new Lease(worker, room, task.Instance, task, context.Time.GetUtcNow() + context.Options.ActivityLease);
            }

            return item;
        }
    }

    // One instance that cannot be read must not end the stream of a worker. It may be another app's: its own engine has it.
    private static WorkItem? TryBegin(WorkflowInstance instance, Func<WorkItem?> begin)
    {
        try
        {
            return begin();
        }
        catch (Exception e)
        {
            instance.Suspect(e);
            return null;
        }
    }

    private void TakeBack(Worker worker)
    {
        foreach (var (token, lease) in _leases.Where(pair => pair.Value.Worker == worker).OrderBy(pair => pair.Key, StringComparer.Ordinal).ToList())
        {
            if (_leases.TryRemove(token, out _))
            {
                TakeBack(token, lease);
            }
        }
    }

    private bool TakeBack(string token, Lease lease)
    {
        lock (lease.Instance.Gate)
        {
            if (lease.Task is null && lease.Instance.AbandonTurn(token))
            {
                Enqueue(lease.Instance);
                return true;
            }

            if (lease.Task is { } task && lease.Instance.AbandonActivity(task, token))
            {
                Enqueue(task);
                return true;
            }

            return false;
        }
    }

    private sealed record Lease(Worker Worker, Room Room, WorkflowInstance Instance, ActivityTask? Task, DateTimeOffset Until);

    private sealed class Worker(Func<WorkItem, Task> send, Heartbeat heartbeat, TaskCreationOptions completion)
    {
        private readonly Room _turn = new(1);
        private readonly List<(Room Room, int More)> _unproven = [];
        private readonly TaskCompletionSource _ended = new(completion);

        public Heartbeat Heartbeat { get; } = heartbeat;

        public Task Ended => _ended.Task;

        public void End() => _ended.TrySetResult();

        // Not disposed: a late answer may release it after the stream has ended.
        public Room Room(int unproven, int limit)
        {
            var room = new Room(Math.Min(unproven, limit));
            if (limit > unproven)
            {
                lock (_unproven)
                {
                    _unproven.Add((room, limit - unproven));
                }
            }

            return room;
        }

        public void Prove()
        {
            lock (_unproven)
            {
                _unproven.ForEach(each => each.Room.Release(each.More));
                _unproven.Clear();
            }
        }

        public async Task SendAsync(WorkItem item, CancellationToken cancellation)
        {
            await _turn.TakeAsync(cancellation);
            try
            {
                // One that does not read must not keep what it has: the write is left to end with its stream.
                await send(item).WaitAsync(cancellation);
            }
            finally
            {
                _turn.Release();
            }
        }
    }
}
