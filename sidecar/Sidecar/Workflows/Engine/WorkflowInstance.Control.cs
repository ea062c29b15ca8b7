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
                SendTo(step, ForeignApp(child.Router), child.ChildWorkflowInstanceCreated.InstanceId, Events.Terminated(context.Now, output, recurse: true));
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
        foreach (var receipt in Receipts)
        {
            LeaveReceipt(step, receipt);
        }

        _state = null;
        _turn = null;
        _inbox.Clear();
        _tasks.Clear();
        _history.Clear();
        _actions.Clear();
        _unanswered.Clear();
        return step;
    }

    /// <summary>All children it created: the app, null for the own one, and the id.</summary>
    public IReadOnlyList<(string? App, string Id)> Children() =>
        [.. _history.Where(e => e.ChildWorkflowInstanceCreated is not null).Select(e => (ForeignApp(e.Router), e.ChildWorkflowInstanceCreated.InstanceId)).Distinct()];

    private IEnumerable<HistoryEvent> OpenChildren() => WorkflowFork.OpenOf(_history).Where(e => e.ChildWorkflowInstanceCreated is not null);

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
        CountEnd(outcome.WorkflowStatus);
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
