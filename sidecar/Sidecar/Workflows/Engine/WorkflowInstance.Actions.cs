using Dapr.DurableTask.Protobuf;
using Sidecar.Workflows.Store;

namespace Sidecar.Workflows.Engine;

/// <content>What each action of a turn becomes: an event of history, and work that starts once the step is durable.</content>
internal sealed partial class WorkflowInstance
{
    private void Apply(Step step, WorkflowAction action)
    {
        switch (action.WorkflowActionTypeCase)
        {
            case WorkflowAction.WorkflowActionTypeOneofCase.ScheduleTask:
                Schedule(step, action);
                break;
            case WorkflowAction.WorkflowActionTypeOneofCase.CreateTimer:
                CreateTimer(step, action);
                break;
            case WorkflowAction.WorkflowActionTypeOneofCase.CreateChildWorkflow:
                CreateChild(step, action);
                break;
            case WorkflowAction.WorkflowActionTypeOneofCase.CreateDetachedWorkflow:
                CreateDetached(step, action);
                break;
            case WorkflowAction.WorkflowActionTypeOneofCase.SendEvent:
                SendEvent(step, action);
                break;
            case WorkflowAction.WorkflowActionTypeOneofCase.TerminateWorkflow:
                var terminate = action.TerminateWorkflow;
                SendTo(step, ForeignApp(action.Router), terminate.InstanceId, Events.Terminated(context.Now, terminate.Reason, terminate.Recurse));
                break;
            default:
                throw new NotSupportedException($"a worker answered with an action the engine does not know: {action.WorkflowActionTypeCase}");
        }
    }

    private HistoryEvent NewEvent(WorkflowAction action, TaskRouter? inner = null) =>
        new() { EventId = action.Id, Timestamp = context.Now, Router = inner is { HasTargetAppID: true } ? inner : action.Router };

    private void Schedule(Step step, WorkflowAction action)
    {
        var task = action.ScheduleTask;
        var e = NewEvent(action, task.Router);
        e.TaskScheduled = new TaskScheduledEvent
        {
            Name = task.Name,
            Version = task.Version,
            Input = task.Input,
            TaskExecutionId = task.TaskExecutionId.Length > 0 ? task.TaskExecutionId : context.NewId(),
            ParentTraceContext = CurrentTrace(),
        };
        Append(step, e);
        Begin(step, e);
    }

    /// <summary>Lets what an event of history says begin once the step is durable.</summary>
    private void Begin(Step step, HistoryEvent e)
    {
        switch (e.EventTypeCase)
        {
            case HistoryEvent.EventTypeOneofCase.TaskScheduled:
                var open = new ActivityTask(this, e);
                _tasks[e.EventId] = open;
                step.Commit.Tasks.Add(new TaskRow(Id, _generation, e.EventId, step.Commit.History[^1].Event));
                step.Activities.Add(open);
                break;
            case HistoryEvent.EventTypeOneofCase.TimerCreated:
                step.SetTimer(new TimerRow(Id, _generation, e.EventId, e.TimerCreated.FireAt.ToDateTimeOffset()));
                break;
            default:
                StartChild(step, e);
                break;
        }
    }

    private void StartChild(Step step, HistoryEvent e)
    {
        var child = e.ChildWorkflowInstanceCreated;
        var start = NewStart(child.InstanceId, child.Name, child.Input, child.Version);
        start.ExecutionStarted.ParentInstance = new ParentInstanceInfo
        {
            TaskScheduledId = e.EventId,
            Name = _state!.Name,
            WorkflowInstance = new Dapr.DurableTask.Protobuf.WorkflowInstance { InstanceId = Id, ExecutionId = _state.ExecutionId },
            AppID = context.AppId,
        };
        SendTo(step, ForeignApp(e.Router), child.InstanceId, start);
    }

    private void CreateTimer(Step step, WorkflowAction action)
    {
        var timer = action.CreateTimer;
        var e = NewEvent(action);
        e.TimerCreated = new TimerCreatedEvent { FireAt = timer.FireAt };
        if (timer.HasName)
        {
            e.TimerCreated.Name = timer.Name;
        }

        switch (timer.OriginCase)
        {
            case CreateTimerAction.OriginOneofCase.CreateTimer:
                e.TimerCreated.CreateTimer = timer.CreateTimer;
                break;
            case CreateTimerAction.OriginOneofCase.ExternalEvent:
                e.TimerCreated.ExternalEvent = timer.ExternalEvent;
                break;
            case CreateTimerAction.OriginOneofCase.ActivityRetry:
                e.TimerCreated.ActivityRetry = timer.ActivityRetry;
                break;
            case CreateTimerAction.OriginOneofCase.ChildWorkflowRetry:
                e.TimerCreated.ChildWorkflowRetry = timer.ChildWorkflowRetry;
                break;
            default:
                break;
        }

        Append(step, e);
        Begin(step, e);
    }

    private void CreateChild(Step step, WorkflowAction action)
    {
        var child = action.CreateChildWorkflow;
        var childId = child.InstanceId.Length > 0 ? child.InstanceId : $"{Id}:{action.Id:x4}";
        var e = NewEvent(action, child.Router);
        e.ChildWorkflowInstanceCreated = new ChildWorkflowInstanceCreatedEvent { InstanceId = childId, Name = child.Name, Version = child.Version, Input = child.Input, ParentTraceContext = CurrentTrace() };
        Append(step, e);
        Begin(step, e);
    }

    private void CreateDetached(Step step, WorkflowAction action)
    {
        var detached = action.CreateDetachedWorkflow;
        var e = NewEvent(action, detached.Router);
        e.DetachedWorkflowInstanceCreated = new DetachedWorkflowInstanceCreatedEvent { InstanceId = detached.InstanceId };
        Append(step, e);
        var start = NewStart(detached.InstanceId, detached.Name, detached.Input, detached.Version);
        start.ExecutionStarted.ScheduledStartTimestamp = detached.ScheduledStartTimestamp;
        start.ExecutionStarted.Tags.Add(detached.Tags);
        SendTo(step, ForeignApp(e.Router), detached.InstanceId, start);
    }

    private void SendEvent(Step step, WorkflowAction action)
    {
        var send = action.SendEvent;
        var e = NewEvent(action);
        e.EventSent = new EventSentEvent { InstanceId = send.Instance.InstanceId, Name = send.Name, Input = send.Data };
        Append(step, e);
        SendTo(step, ForeignApp(e.Router), send.Instance.InstanceId, Events.Raised(context.Now, send.Name, send.Data));
    }

    private HistoryEvent NewStart(string instanceId, string name, string? input, string? version) => new()
    {
        EventId = Events.FromOutside,
        Timestamp = context.Now,
        Router = new TaskRouter { SourceAppID = context.AppId },
        ExecutionStarted = new ExecutionStartedEvent
        {
            Name = name,
            Input = input,
            Version = version,
            WorkflowInstance = new Dapr.DurableTask.Protobuf.WorkflowInstance { InstanceId = instanceId, ExecutionId = context.NewId() },
            ParentTraceContext = CurrentTrace(),
        },
    };

    private void Accept(Step step, HistoryEvent e)
    {
        var message = NewMessage(e, _state!.ExecutionId);
        step.Commit.Inbox.Add(message.RowFor(Id));
        _inbox.Add(message);
        NoteAnswer(e);
    }
}
