using Dapr.DurableTask.Protobuf;
using Sidecar.Workflows.Store;

namespace Sidecar.Workflows.Engine;

/// <content>
/// Suspend, resume, terminate, purge. They need no worker: a turn that is under way is dropped (its events wait again, its
/// answer will be stale), which is safe because a turn has no effect but its answer.
/// </content>
internal sealed partial class WorkflowInstance
{
    /// <summary>Holds events and completions until <see cref="Resume"/>; null when there is nothing to change.</summary>
    public Step? Suspend(string? reason)
    {
        if (!IsActive || _state!.WorkflowStatus == OrchestrationStatus.Suspended)
        {
            return null;
        }

        var step = new Step();
        _turn = null;
        _state.WorkflowStatus = OrchestrationStatus.Suspended;
        Append(step, Events.Suspended(context.Now, reason));
        SaveHead(step);
        return step;
    }

    public Step? Resume(string? reason)
    {
        if (_state?.WorkflowStatus != OrchestrationStatus.Suspended)
        {
            return null;
        }

        var step = new Step();
        _state.WorkflowStatus = _state.StartedAt is null ? OrchestrationStatus.Pending : OrchestrationStatus.Running;
        Append(step, Events.Resumed(context.Now, reason));
        SaveHead(step);
        return step;
    }

    public Step? Terminate(string? output, bool recurse)
    {
        if (!IsActive)
        {
            return null;
        }

        var step = new Step();
        _turn = null;
        if (recurse)
        {
            foreach (var child in OpenChildren())
            {
                step.Send(child, NewMessage(Events.Terminated(context.Now, output, recurse: true)));
            }
        }

        Append(step, Events.Terminated(context.Now, output, recurse));
        End(step, new CompleteWorkflowAction { WorkflowStatus = OrchestrationStatus.Terminated, Result = output }, Events.FromOutside);
        SaveHead(step);
        return step;
    }

    /// <summary>Removes everything of an instance that has ended, or of any with <paramref name="force"/>; null when it may not go.</summary>
    public Step? Purge(bool force)
    {
        if (!Exists || (IsActive && !force))
        {
            return null;
        }

        var step = new Step { Purged = true };
        step.Commit.Purged.Add(new PurgeRow(Id, context.Keys.Next()));
        _state = null;
        _turn = null;
        _inbox.Clear();
        _tasks.Clear();
        _history.Clear();
        _actions.Clear();
        return step;
    }

    /// <summary>The ids of all children it created.</summary>
    public IReadOnlyList<string> Children() =>
        [.. _history.Where(e => e.ChildWorkflowInstanceCreated is not null).Select(e => e.ChildWorkflowInstanceCreated.InstanceId).Distinct(StringComparer.Ordinal)];

    private List<string> OpenChildren()
    {
        var open = new Dictionary<int, string>();
        foreach (var e in _history)
        {
            switch (e.EventTypeCase)
            {
                case HistoryEvent.EventTypeOneofCase.ChildWorkflowInstanceCreated:
                    open[e.EventId] = e.ChildWorkflowInstanceCreated.InstanceId;
                    break;
                case HistoryEvent.EventTypeOneofCase.ChildWorkflowInstanceCompleted:
                    open.Remove(e.ChildWorkflowInstanceCompleted.TaskScheduledId);
                    break;
                case HistoryEvent.EventTypeOneofCase.ChildWorkflowInstanceFailed:
                    open.Remove(e.ChildWorkflowInstanceFailed.TaskScheduledId);
                    break;
                default:
                    break;
            }
        }

        return [.. open.Values];
    }

    private void End(Step step, CompleteWorkflowAction outcome, int eventId)
    {
        var now = context.Now;
        Append(step, new HistoryEvent
        {
            EventId = eventId,
            Timestamp = now,
            ExecutionCompleted = new ExecutionCompletedEvent { WorkflowStatus = outcome.WorkflowStatus, Result = outcome.Result, FailureDetails = outcome.FailureDetails },
        });
        _state!.WorkflowStatus = outcome.WorkflowStatus;
        _state.Output = outcome.Result;
        _state.FailureDetails = outcome.FailureDetails;
        _state.CompletedTimestamp = now;
        step.Commit.Ended.Add(new PurgeRow(Id, _generation));
        step.Commit.InboxTaken.AddRange(_inbox.Select(message => new InboxKey(Id, message.Key)));
        _inbox.Clear();
        _tasks.Clear();
        AnswerParent(step, outcome);
        _span?.SetTag("durabletask.runtime_status", outcome.WorkflowStatus.ToString().ToUpperInvariant());
        _span?.Stop();
        _span = null;
    }

    private void AnswerParent(Step step, CompleteWorkflowAction outcome)
    {
        if (StartEvent.ParentInstance is { } parent)
        {
            Answer(step, parent, outcome.WorkflowStatus == OrchestrationStatus.Completed
                ? Events.ChildCompleted(context.Now, parent.TaskScheduledId, outcome.Result)
                : Events.ChildFailed(context.Now, parent.TaskScheduledId, outcome.FailureDetails ?? Events.Failure("WorkflowTerminated", $"workflow '{Id}' was terminated")));
        }
    }
}
