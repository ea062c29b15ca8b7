using Dapr.DurableTask.Protobuf;

namespace Sidecar.Workflows.Engine;

/// <content>What workers have: under which token, until when, and what becomes of it.</content>
internal sealed partial class WorkDispatcher
{
    /// <summary>The token of the turn that is answered: the answer's own, else that of the turn it must mean; empty when it is stale.</summary>
    public string TokenOf(WorkflowResponse response) =>
        response.CompletionToken.Length > 0 ? response.CompletionToken : _turnsOut.TokenOf(response.InstanceId) ?? "";

    /// <summary>The token of the attempt that is answered: the answer's own, else that of the attempt it must mean; empty when it is stale.</summary>
    public string TokenOf(ActivityResponse response) =>
        response.CompletionToken.Length > 0 ? response.CompletionToken : _activitiesOut.TokenOf((response.InstanceId, response.TaskId)) ?? "";

    /// <summary>The app whose instance is answered, which need not be this one.</summary>
    public string OwnerOf(string token) => _leases.GetValueOrDefault(token)?.Instance.AppId ?? context.AppId;

    /// <summary>An answer has come: its worker has room again, and more than before when it is known to answer with tokens.</summary>
    public void Release(string token, bool isTokensOwn)
    {
        if (_leases.TryRemove(token, out var lease))
        {
            lease.Room.Release();
            Return(token, lease);
            if (isTokensOwn && lease.Worker.Prove())
            {
                Requeue(_turnsOut.Return(lease.Worker));
                Requeue(_activitiesOut.Return(lease.Worker));
            }
        }
    }

    /// <summary>An answer has come that could not be taken, and will not come again: what was answered is handed out again, unless it is released.</summary>
    public void TakeBack(string token)
    {
        if (_leases.TryRemove(token, out var lease))
        {
            TakeBackWithRoom(token, lease);
        }
    }

    /// <summary>Takes back what workers have had for too long, and ends the streams of silent ones, which then lose all they have. Returns how many items that are.</summary>
    public int TakeBackOverdue()
    {
        var now = context.Time.GetUtcNow();
        var ofSilent = _leases.Values.Where(lease => lease.Worker.Heartbeat.IsSilent).ToList();
        ofSilent.ForEach(lease => lease.Worker.End());
        var overdue = _leases.Where(pair => pair.Value.Until <= now).OrderBy(pair => pair.Key, StringComparer.Ordinal).ToList();
        return ofSilent.Count + overdue.Count(pair => _leases.TryRemove(pair.Key, out var lease) && TakeBackWithRoom(pair.Key, lease));
    }

    private bool TakeBackWithRoom(string token, Lease lease)
    {
        lease.Room.Release();
        return TakeBack(token, lease);
    }

    private WorkItem? LeaseTurn(ConnectedWorker worker, Room room, WorkflowInstance instance)
    {
        var token = context.NewId();
        lock (instance.Gate)
        {
            if (!worker.IsProven && !_turnsOut.TryLetOut(instance.Id, token, worker, instance))
            {
                return null;
            }

            return LetOut(token, new Lease(worker, room, instance, null, context.Time.GetUtcNow() + context.Options.TurnLease), () => instance.BeginTurn(token));
        }
    }

    private WorkItem? LeaseActivity(ConnectedWorker worker, Room room, ActivityTask task)
    {
        var token = context.NewId();
        lock (task.Gate)
        {
            task.WaitsForEqual = !worker.IsProven && !_activitiesOut.TryLetOut((task.Instance.Id, task.TaskId), token, worker, task);
            return task.WaitsForEqual
                ? null
                : LetOut(token, new Lease(worker, room, task.Instance, task, context.Time.GetUtcNow() + context.Options.ActivityLease), () => task.Instance.BeginActivity(task, token, context.Tracing));
        }
    }

    private WorkItem? LetOut(string token, Lease lease, Func<WorkItem?> begin)
    {
        var item = TryBegin(lease.Instance, begin);
        if (item is null)
        {
            Return(token, lease);
        }
        else
        {
            _leases[token] = lease;
        }

        return item;
    }

    private void Return(string token, Lease lease)
    {
        if (lease.Task is { } task)
        {
            Requeue(_activitiesOut.Return((lease.Instance.Id, task.TaskId), token));
        }
        else
        {
            Requeue(_turnsOut.Return(lease.Instance.Id, token));
        }
    }

    // They count as queued while they wait for another, whose gate may be held here.
    private void Requeue(IReadOnlyList<WorkflowInstance> instances)
    {
        foreach (var instance in instances)
        {
            _turns.Writer.TryWrite(instance);
        }
    }

    private void Requeue(IReadOnlyList<ActivityTask> tasks)
    {
        foreach (var task in tasks)
        {
            if (!_activities.Writer.TryWrite(task))
            {
                _ = context.Environment.Run(() => Task.FromResult(GiveBack(task)));
            }
        }
    }

    private static bool GiveBack(ActivityTask task)
    {
        lock (task.Gate)
        {
            return task.Queued = false;
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

    private void TakeBack(ConnectedWorker worker)
    {
        foreach (var (token, lease) in _leases.Where(pair => pair.Value.Worker == worker).OrderBy(pair => pair.Key, StringComparer.Ordinal).ToList())
        {
            if (_leases.TryRemove(token, out _))
            {
                TakeBack(token, lease, isLost: true);
            }
        }
    }

    private bool TakeBack(string token, Lease lease, bool isLost = false)
    {
        Return(token, lease);
        lock (lease.Instance.Gate)
        {
            if (lease.Task is null && lease.Instance.AbandonTurn(token))
            {
                HandOutAgain(lease.Instance, Enqueue, isLost);
                return true;
            }

            if (lease.Task is { } task && lease.Instance.AbandonActivity(task, token))
            {
                HandOutAgain(task, Enqueue, isLost);
                return true;
            }

            return false;
        }
    }

    // What has lost one worker goes to the next at once. What has lost more may be what ends them.
    private void HandOutAgain<T>(T work, Action<T> enqueue, bool isLost)
        where T : IDispatched
    {
        if (isLost && ++work.Losses > 1)
        {
            work.IsHeldBack = true;
            _heldBack.Add(work.Losses, () => LetOut(work, enqueue));
        }

        enqueue(work);
    }

    private static void LetOut<T>(T work, Action<T> enqueue)
        where T : IDispatched
    {
        lock (work.Gate)
        {
            work.IsHeldBack = false;
            enqueue(work);
        }
    }

    private sealed record Lease(ConnectedWorker Worker, Room Room, WorkflowInstance Instance, ActivityTask? Task, DateTimeOffset Until);
}
