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
                step.Send(terminate.InstanceId, NewMessage(Events.Terminated(context.Now, terminate.Reason, terminate.Recurse)));
                break;
            default:
                throw new NotSupportedException($"a worker answered with an action the engine does not know: {action.WorkflowActionTypeCase}");
        }
    }

    private HistoryEvent NewEvent(WorkflowAction action) => new() { EventId = action.Id, Timestamp = context.Now, Router = action.Router };

    private void Schedule(Step step, WorkflowAction action)
    {
        var task = action.ScheduleTask;
        var e = NewEvent(action);
        e.TaskScheduled = new TaskScheduledEvent
        {
            Name = task.Name,
            Version = task.Version,
            Input = task.Input,
            TaskExecutionId = task.TaskExecutionId.Length > 0 ? task.TaskExecutionId : context.NewId(),
            ParentTraceContext = CurrentTrace(),
        };
        Append(step, e);
        if (ForeignApp(action, task.Router) is { } app)
        {
            Accept(step, Events.TaskFailed(context.Now, action.Id, e.TaskScheduled.TaskExecutionId, NoOtherApp("activity", task.Name, app)));
            return;
        }

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
        step.Send(child.InstanceId, NewMessage(start));
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
        var e = NewEvent(action);
        e.ChildWorkflowInstanceCreated = new ChildWorkflowInstanceCreatedEvent { InstanceId = childId, Name = child.Name, Version = child.Version, Input = child.Input, ParentTraceContext = CurrentTrace() };
        Append(step, e);
        if (ForeignApp(action, child.Router) is { } app)
        {
            Accept(step, Events.ChildFailed(context.Now, action.Id, NoOtherApp("workflow", child.Name, app)));
            return;
        }

        Begin(step, e);
    }

    private void CreateDetached(Step step, WorkflowAction action)
    {
        var detached = action.CreateDetachedWorkflow;
        var e = NewEvent(action);
        e.DetachedWorkflowInstanceCreated = new DetachedWorkflowInstanceCreatedEvent { InstanceId = detached.InstanceId };
        Append(step, e);
        var start = NewStart(detached.InstanceId, detached.Name, detached.Input, detached.Version);
        start.ExecutionStarted.ScheduledStartTimestamp = detached.ScheduledStartTimestamp;
        start.ExecutionStarted.Tags.Add(detached.Tags);
        step.Send(detached.InstanceId, NewMessage(start));
    }

    private void SendEvent(Step step, WorkflowAction action)
    {
        var send = action.SendEvent;
        var e = NewEvent(action);
        e.EventSent = new EventSentEvent { InstanceId = send.Instance.InstanceId, Name = send.Name, Input = send.Data };
        Append(step, e);
        step.Send(send.Instance.InstanceId, NewMessage(Events.Raised(context.Now, send.Name, send.Data)));
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
    }

    private string? ForeignApp(WorkflowAction action, TaskRouter? inner)
    {
        var target = inner is { HasTargetAppID: true } ? inner.TargetAppID : action.Router is { HasTargetAppID: true } router ? router.TargetAppID : "";
        return target.Length == 0 || target == context.AppId ? null : target;
    }

    private static TaskFailureDetails NoOtherApp(string kind, string name, string app) =>
        Events.Failure("NotSupported", $"{kind} '{name}' is to run in app '{app}'; calls to workflows and activities of other apps are not supported yet");
}
