using Dapr.DurableTask.Protobuf;
using Sidecar.Workflows.Store;

namespace Sidecar.Workflows.Engine;

/// <content>Creation, and events from clients and other instances.</content>
internal sealed partial class WorkflowInstance
{
    /// <summary>Begins a new run. The caller has checked that none is active.</summary>
    public Step Create(HistoryEvent start)
    {
        var step = new Step();
        var isFirst = _state is null;
        BeginRun(start);
        if (!IsStartDue)
        {
            step.SetTimer(new TimerRow(Id, _generation, StartTimer, start.ExecutionStarted.ScheduledStartTimestamp.ToDateTimeOffset()));
        }

        SaveHead(step, created: true, isFirst);
        return step;
    }

    /// <summary>Begins in the middle: with the history of another instance, and what it had begun begun again. The caller has checked that the id is free.</summary>
    public Step CreateFrom(WorkflowFork fork)
    {
        var step = new Step();
        BeginRun(fork.Start);
        foreach (var e in fork.History)
        {
            Append(step, e);
        }

        foreach (var e in fork.Again)
        {
            e.Timestamp = context.Now;
            Append(step, e);
            Begin(step, e);
        }

        _state!.WorkflowStatus = OrchestrationStatus.Running;
        _state.StartedAt = context.Now;
        SaveHead(step, created: true, isFirst: true);
        return step;
    }

    private void BeginRun(HistoryEvent start)
    {
        var started = start.ExecutionStarted;
        _generation = context.Keys.Next();
        _state = new WorkflowState
        {
            InstanceId = Id,
            Name = started.Name,
            Version = started.Version,
            WorkflowStatus = OrchestrationStatus.Pending,
            ScheduledStartTimestamp = started.ScheduledStartTimestamp,
            CreatedTimestamp = context.Now,
            ExecutionId = started.WorkflowInstance.ExecutionId,
            ParentInstanceId = started.ParentInstance?.WorkflowInstance?.InstanceId,
            ParentAppId = started.ParentInstance?.AppID,
            Tags = { started.Tags },
        };
        _history.Clear();
        _actions.Clear();
        _unanswered.Clear();
        _inbox.Clear();
        _tasks.Clear();
        SetStart([start]);
        _startPending = true;
    }

    /// <summary>Accepts an event of a client; null when the instance has ended and nobody will read it.</summary>
    public Step? Raise(HistoryEvent e)
    {
        if (!IsActive)
        {
            return null;
        }

        var step = new Step();
        var message = NewMessage(e);
        step.Commit.Inbox.Add(message.RowFor(Id));
        _inbox.Add(message);
        return step;
    }

    /// <summary>Takes an event that another instance has stored in the inbox; once, even when it was read from there before.</summary>
    public Step? Deliver(InboxEvent message) => _loadedKeys.Remove(message.Key) ? null : Receive(message);

    /// <summary>A timer is due. Its row goes; the event waits until a turn takes it.</summary>
    public Step Fire(TimerRow timer)
    {
        var step = new Step();
        step.Commit.TimersDone.Add(new RunItemKey(Id, timer.Generation, timer.TimerId));
        if (IsActive && timer.Generation == _generation && timer.TimerId != StartTimer)
        {
            var message = NewMessage(Events.TimerFired(context.Now, timer.TimerId, timer.FireAt), _state!.ExecutionId);
            step.Commit.Inbox.Add(message.RowFor(Id));
            _inbox.Add(message);
        }

        return step;
    }

    private Step? Receive(InboxEvent message)
    {
        if (Receipt.Of(message) is { } receipt)
        {
            _receipts[receipt] = message.Key;
            return null;
        }

        switch (message.Event.EventTypeCase)
        {
            case HistoryEvent.EventTypeOneofCase.ExecutionStarted:
                return Taken(IsActive ? RefuseChild(message.Event.ExecutionStarted) : Create(message.Event), message);
            case HistoryEvent.EventTypeOneofCase.ExecutionTerminated when IsActive:
                return Taken(Terminate(message.Event.ExecutionTerminated.Input, message.Event.ExecutionTerminated.Recurse)!, message);
            default:
                return IsActive && IsForThisRun(message) ? Keep(message) : Taken(new Step(), message);
        }
    }

    private bool IsForThisRun(InboxEvent message) =>
        message.Event.ExecutionTerminated is null && (message.ExecutionId is null || message.ExecutionId == _state!.ExecutionId);

    private Step? Keep(InboxEvent message)
    {
        _inbox.Add(message);
        NoteAnswer(message.Event);
        return null;
    }

    private Step Taken(Step step, InboxEvent message)
    {
        step.Commit.InboxTaken.Add(new InboxKey(Id, message.Key));
        return step;
    }

    private Step RefuseChild(ExecutionStartedEvent started)
    {
        var step = new Step();
        if (started.ParentInstance is { } parent)
        {
            var details = Events.Failure("WorkflowInstanceAlreadyExists", $"an active workflow with ID '{Id}' already exists");
            Answer(step, parent, Events.ChildFailed(context.Now, parent.TaskScheduledId, details));
        }

        return step;
    }

    private void Answer(Step step, ParentInstanceInfo parent, HistoryEvent answer) =>
        SendTo(step, parent.AppID is { Length: > 0 } app && app != context.AppId ? app : null, parent.WorkflowInstance.InstanceId, answer, parent.WorkflowInstance.ExecutionId);
}
