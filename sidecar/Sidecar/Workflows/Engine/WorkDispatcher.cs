using System.Collections.Concurrent;
using System.Threading.Channels;
using Dapr.DurableTask.Protobuf;

namespace Sidecar.Workflows.Engine;

/// <summary>
/// Hands turns and activities to the connected workers. Invariants: work waits in the queues while no worker has room for
/// it; what a worker has is leased to its connection under a token, and goes back to the queue when the connection or the
/// lease ends before the answer - later each time, should it be what ends them (<see cref="HeldBackWork"/>); an answer without a token is that to the one lease it can mean
/// (<see cref="TokenlessWork{TKey, TWork}"/>), or stale; work that cannot be handed out fails alone. The queues hold what is in memory
/// anyway; the engine bounds that (<see cref="WorkflowOptions.MaxQueued"/>).
/// </summary>
internal sealed partial class WorkDispatcher(EngineContext context)
{
    // What a worker gets at once before its first answer with a token. Workers of the older protocol never send one, and theirs is a short
    // queue of their own (the official JavaScript runtime runs 10 items, holds 100 more and drops the rest without a word).
    private const int UnprovenTurns = 10;
    private const int UnprovenActivities = 50;

    private readonly Channel<WorkflowInstance> _turns = Channel.CreateUnbounded<WorkflowInstance>();
    private readonly Channel<ActivityTask> _activities = Channel.CreateUnbounded<ActivityTask>();
    private readonly ConcurrentDictionary<string, Lease> _leases = new(StringComparer.Ordinal);
    private readonly TokenlessWork<string, WorkflowInstance> _turnsOut = new();
    private readonly TokenlessWork<(string Instance, int Task), ActivityTask> _activitiesOut = new();
    private readonly HeldBackWork _heldBack = new(context);

    /// <summary>Connected workers.</summary>
    public int Workers => _heldBack.Workers;

    /// <summary>Turns that wait for a worker.</summary>
    public int QueuedTurns => _turns.Reader.Count;

    /// <summary>Activities that wait for a worker.</summary>
    public int QueuedActivities => _activities.Reader.Count;

    /// <summary>Queues a turn. Called under the instance's gate.</summary>
    public void Enqueue(WorkflowInstance instance)
    {
        if (instance is { CanRun: true, Queued: false, IsHeldBack: false })
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
        else if (task is { Token: null, Queued: false, IsHeldBack: false })
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
            GiveBack(task);
        }

        foreach (var task in _activitiesOut.Close())
        {
            GiveBack(task);
        }
    }

    /// <summary>Feeds one worker until the token is cancelled, its connection fails or its heartbeat stops; then what it had goes to others.</summary>
    public async Task ServeAsync(Func<WorkItem, Task> send, Heartbeat heartbeat, CancellationToken cancellation)
    {
        using var end = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        var worker = new ConnectedWorker(send, heartbeat, context.Environment.Completion);
        _heldBack.WorkerComes();
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
            _heldBack.WorkerGoes();
            TakeBack(worker);
        }
    }

    private static void Cancel(CancellationTokenSource source) => source.Cancel();

    private async Task PumpAsync<T>(ConnectedWorker worker, ChannelReader<T> queue, Room room, Func<ConnectedWorker, Room, T, WorkItem?> lease, CancellationToken cancellation)
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
}
