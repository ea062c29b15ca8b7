using System.Globalization;
using Dapr.DurableTask.Protobuf;
using Google.Protobuf.WellKnownTypes;

namespace Sidecar.Tests.Workflows.Simulation;

/// <summary>
/// One turn of a workflow that is written as a method, on the calling thread: the method starts from the beginning, the events complete
/// what it waits for, and what it asked for beyond them is the answer.
/// </summary>
internal sealed class ScriptedTurn
{
    private readonly Dictionary<int, TaskCompletionSource<string>> _open = [];
    private readonly SortedDictionary<int, WorkflowAction> _actions = [];
    private readonly List<HistoryEvent> _unread = [];
    private readonly List<(string Name, TaskCompletionSource<string> Raised)> _readers = [];
    private string? _next;
    private string? _result;
    private string _execution = "";
    private DateTimeOffset _now;
    private int _id;

    private ScriptedTurn()
    {
    }

    public string InstanceId { get; private set; } = "";

    /// <summary>What the workflow does next, after all that happened.</summary>
    public static IEnumerable<WorkflowAction> Run(IReadOnlyList<HistoryEvent> events, Func<ScriptedTurn, string, Task<string>> workflow)
    {
        var turn = new ScriptedTurn();
        Task? running = null;
        InlineContext.Run(() =>
        {
            foreach (var e in events)
            {
                if (e.ExecutionStarted is { } started)
                {
                    turn.InstanceId = started.WorkflowInstance.InstanceId;
                    turn._execution = started.WorkflowInstance.ExecutionId;
                    running = turn.RunAsync(workflow, started.Input);
                }
                else
                {
                    turn.Apply(e);
                }
            }
        });
        return turn.Answer(running!);
    }

    public Task<string> CallActivityAsync(string name, string input) => Add(id => new WorkflowAction
    {
        ScheduleTask = new ScheduleTaskAction { Name = name, Input = input, TaskExecutionId = string.Create(CultureInfo.InvariantCulture, $"{_execution}-{id}") },
    });

    public Task<string> CreateTimer(int milliseconds) => Add(_ => new WorkflowAction
    {
        CreateTimer = new CreateTimerAction { FireAt = Timestamp.FromDateTimeOffset(_now.AddMilliseconds(milliseconds)), CreateTimer = new TimerOriginCreateTimer() },
    });

    public Task<string> CallChildAsync(string name, string instanceId, string input) => Add(_ => new WorkflowAction
    {
        CreateChildWorkflow = new CreateChildWorkflowAction { InstanceId = instanceId, Name = name, Input = input },
    });

    public Task<string> WaitForEventAsync(string name)
    {
        var raised = new TaskCompletionSource<string>();
        if (_unread.Find(e => e.EventRaised.Name == name) is { } early)
        {
            _unread.Remove(early);
            raised.SetResult(early.EventRaised.Input);
        }
        else
        {
            _readers.Add((name, raised));
        }

        return raised.Task;
    }

    public void ContinueAsNew(string input) => _next = input;

    private async Task RunAsync(Func<ScriptedTurn, string, Task<string>> workflow, string input) => _result = await workflow(this, input);

    private Task<string> Add(Func<int, WorkflowAction> action)
    {
        var id = _id++;
        var added = action(id);
        added.Id = id;
        _actions.Add(id, added);
        return (_open[id] = new TaskCompletionSource<string>()).Task;
    }

    private void Apply(HistoryEvent e)
    {
        switch (e.EventTypeCase)
        {
            case HistoryEvent.EventTypeOneofCase.WorkflowStarted:
                _now = e.Timestamp.ToDateTimeOffset();
                break;
            case HistoryEvent.EventTypeOneofCase.TaskScheduled or HistoryEvent.EventTypeOneofCase.TimerCreated or HistoryEvent.EventTypeOneofCase.ChildWorkflowInstanceCreated:
                Known(e);
                break;
            case HistoryEvent.EventTypeOneofCase.TaskCompleted:
                Take(e.TaskCompleted.TaskScheduledId, e).SetResult(e.TaskCompleted.Result);
                break;
            case HistoryEvent.EventTypeOneofCase.TaskFailed:
                Take(e.TaskFailed.TaskScheduledId, e).SetException(new ScriptedFailureException(e.TaskFailed.FailureDetails.ErrorMessage));
                break;
            case HistoryEvent.EventTypeOneofCase.TimerFired:
                Take(e.TimerFired.TimerId, e).SetResult("");
                break;
            case HistoryEvent.EventTypeOneofCase.ChildWorkflowInstanceCompleted:
                Take(e.ChildWorkflowInstanceCompleted.TaskScheduledId, e).SetResult(e.ChildWorkflowInstanceCompleted.Result);
                break;
            case HistoryEvent.EventTypeOneofCase.EventRaised:
                Deliver(e);
                break;
            default:
                throw new InvalidOperationException($"Nothing here leads to {e}.");
        }
    }

    private void Known(HistoryEvent e)
    {
        if (!_actions.Remove(e.EventId))
        {
            throw new InvalidOperationException($"The workflow never asked for {e}, or it is in the history twice.");
        }
    }

    private TaskCompletionSource<string> Take(int id, HistoryEvent e) =>
        !_actions.ContainsKey(id) && _open.Remove(id, out var open) ? open : throw new InvalidOperationException($"Nothing waits for {e}, or it is in the history twice.");

    private void Deliver(HistoryEvent e)
    {
        var reader = _readers.FindIndex(each => each.Name == e.EventRaised.Name);
        if (reader < 0)
        {
            _unread.Add(e);
            return;
        }

        var raised = _readers[reader].Raised;
        _readers.RemoveAt(reader);
        raised.SetResult(e.EventRaised.Input);
    }

    private IEnumerable<WorkflowAction> Answer(Task running) =>
        !running.IsCompleted ? _actions.Values
        : _next is not null ? [.. _actions.Values, End(new CompleteWorkflowAction { WorkflowStatus = OrchestrationStatus.ContinuedAsNew, Result = _next, CarryoverEvents = { _unread } })]
        : running.Exception?.InnerException is { } fault ? [End(new CompleteWorkflowAction { WorkflowStatus = OrchestrationStatus.Failed, FailureDetails = new TaskFailureDetails { ErrorType = fault.GetType().Name, ErrorMessage = fault.Message } })]
        : [.. _actions.Values, End(new CompleteWorkflowAction { WorkflowStatus = OrchestrationStatus.Completed, Result = _result })];

    private WorkflowAction End(CompleteWorkflowAction end) => new() { Id = _id, CompleteWorkflow = end };
}
