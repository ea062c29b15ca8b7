using System.Diagnostics;
using Dapr.DurableTask.Protobuf;
using Sidecar.Workflows.Store;

namespace Sidecar.Workflows.Engine;

/// <content>Turns: what a worker gets, and what its answer does.</content>
internal sealed partial class WorkflowInstance
{
    /// <summary>The work item of a turn with everything that waits; null when there is none to run.</summary>
    public WorkItem? BeginTurn(string token)
    {
        Queued = false;
        if (!CanRun || Evicted)
        {
            return null;
        }

        List<HistoryEvent> events = [Events.TurnStarted(context.Now)];
        if (_startPending)
        {
            events.AddRange(_start);
        }

        events.AddRange(_inbox.Select(message => message.Event));
        _turn = new Turn(token, events, [.. _inbox]);
        _turnBegan = context.Time.GetTimestamp();
        _span ??= context.Tracing.Start("orchestration||" + _state!.Name, ActivityKind.Server, StartTrace());
        _span?.SetTag("durabletask.task.instance_id", Id);
        _span?.SetTag("durabletask.task.name", _state!.Name);
        _span?.SetTag("durabletask.type", "orchestration");
        _span?.SetTag("otel.scope.name", "durabletask");
        var item = new WorkItem
        {
            CompletionToken = token,
            WorkflowRequest = new WorkflowRequest
            {
                InstanceId = Id,
                ExecutionId = _state!.ExecutionId,
                PastEvents = { _history },
                NewEvents = { events },
                Router = new TaskRouter { SourceAppID = context.AppId },
            },
        };
        CountTurn(item);
        return item;
    }

    /// <summary>The worker that had the turn is gone; true when it was still the turn under way.</summary>
    public bool AbandonTurn(string token)
    {
        if (_turn?.Token != token)
        {
            return false;
        }

        _turn = null;
        return true;
    }

    /// <summary>Applies a worker's answer; null when it is stale.</summary>
    public Step? CompleteTurn(WorkflowResponse response)
    {
        if (_turn is not { } turn || response.CompletionToken != turn.Token)
        {
            return null;
        }

        var step = new Step();
        _turn = null;
        Losses = 0;
        TakeEvents(step, turn, response.Version);
        _state!.StartedAt ??= context.Now;
        _state.CustomStatus = response.CustomStatus ?? _state.CustomStatus;
        _state.WorkflowStatus = OrchestrationStatus.Running;
        _turnTook = context.Time.GetElapsedTime(_turnBegan);
        _turnEnded = context.Time.GetTimestamp();
        var outcome = Contradiction(response) ?? Impossible(response) ?? TooLarge(response) ?? ApplyAll(step, response);
        switch (outcome)
        {
            case null:
                SaveHead(step);
                break;
            case { CompleteWorkflow.WorkflowStatus: OrchestrationStatus.ContinuedAsNew }:
                ContinueAsNew(step, outcome.CompleteWorkflow);
                break;
            default:
                step.Activities.Clear();
                step.Commit.Tasks.Clear();
                step.Commit.Timers.Clear();
                End(step, outcome.CompleteWorkflow, outcome.Id);
                SaveHead(step);
                break;
        }

        return step;
    }

    private void TakeEvents(Step step, Turn turn, WorkflowVersion? version)
    {
        Append(step, version is null ? turn.Events[0] : Events.TurnStarted(turn.Events[0].Timestamp, version));
        foreach (var e in turn.Events.Skip(1))
        {
            Append(step, e);
        }

        step.Commit.InboxTaken.AddRange(turn.Taken.Select(message => new InboxKey(Id, message.Key)));
        _inbox.RemoveRange(0, turn.Taken.Count);
    }

    private WorkflowAction? ApplyAll(Step step, WorkflowResponse response)
    {
        WorkflowAction? outcome = null;
        foreach (var action in response.Actions)
        {
            if (action.CompleteWorkflow is null)
            {
                Apply(step, action);
            }
            else
            {
                outcome = action;
            }
        }

        return outcome;
    }

    /// <summary>The next run of the same instance: history starts afresh, events that are for no run in particular go on waiting.</summary>
    private void ContinueAsNew(Step step, CompleteWorkflowAction action)
    {
        step.Activities.Clear();
        step.Commit.Tasks.Clear();
        step.Commit.Timers.Clear();
        step.Commit.History.Clear();
        var started = StartEvent.Clone();
        started.Input = action.Result;
        started.Version = action.NewVersion ?? started.Version;
        started.ScheduledStartTimestamp = null;
        started.WorkflowInstance.ExecutionId = context.NewId();
        _generation = context.Keys.Next();
        _state!.ExecutionId = started.WorkflowInstance.ExecutionId;
        _state.ScheduledStartTimestamp = null;
        _history.Clear();
        _actions.Clear();
        _unanswered.Clear();
        _tasks.Clear();
        SetStart([new HistoryEvent { EventId = Events.FromOutside, Timestamp = context.Now, ExecutionStarted = started, Router = _start[0].Router }, .. action.CarryoverEvents]);
        _startPending = true;
        var answers = _inbox.Where(message => message.ExecutionId is not null).ToList();
        answers.ForEach(message => _inbox.Remove(message));
        step.Commit.InboxTaken.AddRange(answers.Select(message => new InboxKey(Id, message.Key)));
        SaveHead(step, created: true);
    }
}
