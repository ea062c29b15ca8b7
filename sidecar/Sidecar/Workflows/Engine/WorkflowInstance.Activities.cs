using System.Diagnostics;
using Dapr.DurableTask.Protobuf;
using Sidecar.Workflows.Store;
using TraceContext = Sidecar.Telemetry.TraceContext;

namespace Sidecar.Workflows.Engine;

/// <content>Activities: what a worker gets, and what its answer does.</content>
internal sealed partial class WorkflowInstance
{
    /// <summary>The work item of an activity, its span from the app that runs it; null when it is not open any more or a worker has it.</summary>
    public WorkItem? BeginActivity(ActivityTask task, string token, Telemetry.Tracing tracing)
    {
        task.Queued = false;
        if (Evicted || context.Stopped.IsCancellationRequested || task.Token is not null || !_tasks.TryGetValue(task.TaskId, out var open) || open != task)
        {
            return null;
        }

        task.Token = token;
        var scheduled = task.Scheduled.TaskScheduled;
        var parent = scheduled.ParentTraceContext is { } stored ? new TraceContext(stored.TraceParent, stored.TraceState ?? "") : TraceContext.None;
        task.Span = tracing.Start("activity||" + scheduled.Name, ActivityKind.Server, parent);
        task.Span?.SetTag("durabletask.task.instance_id", Id);
        task.Span?.SetTag("durabletask.task.name", scheduled.Name);
        task.Span?.SetTag("durabletask.task.task_id", task.TaskId.ToString());
        task.Span?.SetTag("durabletask.type", "activity");
        task.Span?.SetTag("otel.scope.name", "durabletask");
        var trace = Telemetry.Tracing.ContextOf(task.Span, parent);
        var item = new WorkItem
        {
            CompletionToken = token,
            ActivityRequest = new ActivityRequest
            {
                Name = scheduled.Name,
                Version = scheduled.Version,
                Input = scheduled.Input,
                WorkflowInstance = new Dapr.DurableTask.Protobuf.WorkflowInstance { InstanceId = Id, ExecutionId = _state!.ExecutionId },
                TaskId = task.TaskId,
                TaskExecutionId = scheduled.TaskExecutionId,
                ParentTraceContext = trace.TraceParent.Length == 0
                    ? null
                    : new Dapr.DurableTask.Protobuf.TraceContext { TraceParent = trace.TraceParent, TraceState = trace.TraceState.Length > 0 ? trace.TraceState : null },
            },
        };
        CountActivity(task, item);
        return item;
    }

    /// <summary>The worker that had the attempt is gone; true when the activity is still open and waits again.</summary>
    public bool AbandonActivity(ActivityTask task, string token)
    {
        if (task.Token != token)
        {
            return false;
        }

        task.Token = null;
        task.Span?.Stop();
        return _tasks.TryGetValue(task.TaskId, out var open) && open == task;
    }

    /// <summary>Closes an activity and puts its result into the inbox; null when the answer is stale or repeated.</summary>
    public Step? CompleteActivity(ActivityResponse response)
    {
        if (!_tasks.TryGetValue(response.TaskId, out var task) || task.Token is null || response.CompletionToken != task.Token)
        {
            return null;
        }

        _tasks.Remove(response.TaskId);
        if (response.FailureDetails is not null)
        {
            task.Span?.SetStatus(ActivityStatusCode.Error, response.FailureDetails.ErrorType);
        }

        task.Span?.Stop();
        CountAnswer(task, response.FailureDetails is null);
        var step = new Step();
        step.Commit.TasksDone.Add(new RunItemKey(Id, _generation, response.TaskId));

        // The result starts a turn, whose commit is not far behind.
        step.Commit.CanWait = true;
        Accept(step, Outcome(response, task.Scheduled.TaskScheduled));
        return step;
    }

    private HistoryEvent Outcome(ActivityResponse response, TaskScheduledEvent scheduled)
    {
        if (response.FailureDetails is { } details)
        {
            return Events.TaskFailed(context.Now, response.TaskId, scheduled.TaskExecutionId, details);
        }

        return response.Result?.Length > context.Options.MaxPayload
            ? Events.TaskFailed(context.Now, response.TaskId, scheduled.TaskExecutionId, Events.Failure("PayloadTooLarge", $"activity '{scheduled.Name}' returned {response.Result.Length} characters; the limit is {context.Options.MaxPayload}"))
            : Events.TaskCompleted(context.Now, response.TaskId, scheduled.TaskExecutionId, response.Result);
    }
}
