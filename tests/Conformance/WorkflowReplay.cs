using System.Text.Json;
using System.Text.Json.Nodes;
using Dapr.DurableTask.Protobuf;
using Google.Protobuf.WellKnownTypes;

namespace Conformance;

/// <summary>
/// One turn of a workflow. The workflow runs from its start each time; what is in history answers at once, what is not becomes an action, and
/// waiting for what has not happened ends the turn.
/// </summary>
internal sealed class WorkflowReplay(string instanceId, IReadOnlyList<HistoryEvent> events)
{
    private readonly List<WorkflowAction> _actions = [];
    private readonly HashSet<int> _known = [.. events.Where(e => e.TaskScheduled is not null || e.TimerCreated is not null || e.ChildWorkflowInstanceCreated is not null).Select(e => e.EventId)];
    private int _next;

    /// <summary>What the workflow set, or null.</summary>
    public string? CustomStatus { get; private set; }

    private ExecutionStartedEvent Started => events.Last(e => e.ExecutionStarted is not null).ExecutionStarted;

    private JsonNode? Input => Parse(Started.Input);

    /// <summary>The actions of this turn.</summary>
    public IReadOnlyList<WorkflowAction> Run()
    {
        try
        {
            CheckEvents();
            if (Started.Name == "Again" && Input!.GetValue<int>() < 3)
            {
                Complete(OrchestrationStatus.ContinuedAsNew, JsonValue.Create(Input.GetValue<int>() + 1).ToJsonString(), null);
            }
            else
            {
                Complete(OrchestrationStatus.Completed, Result(Execute()), null);
            }
        }
        catch (PendingException)
        {
            // the turn ends with what was scheduled
        }
        catch (WorkflowFailureException failure)
        {
            Fail(failure.ErrorType, failure.Message);
        }
        catch (Exception exception) when (exception is InvalidOperationException or FormatException)
        {
            Fail("TypeError", exception.Message);
        }

        return _actions;
    }

    // The JavaScript SDK keeps no result that JavaScript takes for false.
    private static string? Result(JsonNode? value) => value?.ToJsonString() is { } text and not ("0" or "false" or "\"\"") ? text : null;

    // It reads every event that comes, whether somebody waits for it or not.
    private void CheckEvents()
    {
        foreach (var raised in events.Where(e => e.EventRaised is not null))
        {
            Parse(raised.EventRaised.Input);
        }
    }

    private void Fail(string type, string message)
    {
        _actions.Clear();
        Complete(OrchestrationStatus.Failed, null, new TaskFailureDetails { ErrorType = type, ErrorMessage = message, StackTrace = $"{type}: {message}" });
    }

    private JsonNode? Execute() => Started.Name switch
    {
        "Echo" or "Again" => Input?.DeepClone(),
        "Nothing" => null,
        "Chain" => Chain(),
        "FanOut" => FanOut(),
        "WaitEvent" => WaitEvent(),
        "Timer" => Timer(TimeSpan.FromSeconds(Input!.GetValue<double>())),
        "LongTimer" => Timer(TimeSpan.FromHours(1)),
        "Fail" => Await(Schedule(id => new WorkflowAction { Id = id, ScheduleTask = new ScheduleTaskAction { Name = "Boom", Input = Started.Input } })),
        "Throw" => throw new WorkflowFailureException("Error", "orchestrator threw"),
        "Child" => new JsonObject { ["child"] = Await(Child("Echo", new JsonObject { ["fromParent"] = Input?.DeepClone() })) },
        "ChildFail" => Await(Child("Throw", Input)),
        "Status" => Status(),
        var name => throw new WorkflowFailureException("OrchestratorNotRegisteredError", $"Orchestrator '{name}' is not registered"),
    };

    private JsonArray Chain()
    {
        var first = Await(Upper(Input!.GetValue<string>()))!.GetValue<string>();
        return [first, Await(Upper(first + "x"))];
    }

    private JsonArray FanOut()
    {
        var tasks = Enumerable.Range(0, Input!.GetValue<int>())
            .Select(i => Schedule(id => new WorkflowAction { Id = id, ScheduleTask = new ScheduleTaskAction { Name = "Add", Input = $"[{i},1]" } })).ToList();
        return [.. tasks.Select(Await)];
    }

    private JsonObject WaitEvent()
    {
        var result = new JsonObject();
        if (Event("go") is { } got)
        {
            result["got"] = got;
        }

        result["input"] = Input?.DeepClone();
        return result;
    }

    private JsonValue Timer(TimeSpan delay)
    {
        var start = events.First(e => e.WorkflowStarted is not null).Timestamp.ToDateTimeOffset();
        Await(Schedule(id => new WorkflowAction { Id = id, CreateTimer = new CreateTimerAction { FireAt = Timestamp.FromDateTimeOffset(start + delay), CreateTimer = new TimerOriginCreateTimer() } }));
        return JsonValue.Create("fired");
    }

    private JsonValue Status()
    {
        CustomStatus = "step-1";
        Event("go");
        return JsonValue.Create("done");
    }

    private int Upper(string text) =>
        Schedule(id => new WorkflowAction { Id = id, ScheduleTask = new ScheduleTaskAction { Name = "Upper", Input = JsonValue.Create(text).ToJsonString() } });

    private int Child(string name, JsonNode? input) =>
        Schedule(id => new WorkflowAction { Id = id, CreateChildWorkflow = new CreateChildWorkflowAction { InstanceId = $"{instanceId}:{id:x4}", Name = name, Input = input?.ToJsonString() } });

    private int Schedule(Func<int, WorkflowAction> action)
    {
        var id = ++_next;
        if (!_known.Contains(id))
        {
            _actions.Add(action(id));
        }

        return id;
    }

    private JsonNode? Await(int id)
    {
        foreach (var one in events)
        {
            if (one.TaskCompleted?.TaskScheduledId == id)
            {
                return Parse(one.TaskCompleted.Result);
            }

            if (one.ChildWorkflowInstanceCompleted?.TaskScheduledId == id)
            {
                return Parse(one.ChildWorkflowInstanceCompleted.Result);
            }

            if (one.TimerFired?.TimerId == id)
            {
                return null;
            }

            if (one.TaskFailed?.TaskScheduledId == id)
            {
                throw new WorkflowFailureException("TaskFailedError", $"{instanceId}: Activity task #{id} failed: {one.TaskFailed.FailureDetails.ErrorMessage}");
            }

            if (one.ChildWorkflowInstanceFailed?.TaskScheduledId == id)
            {
                throw new WorkflowFailureException("TaskFailedError", $"{instanceId}: Sub-orchestration task #{id} failed: {one.ChildWorkflowInstanceFailed.FailureDetails.ErrorMessage}");
            }
        }

        throw new PendingException();
    }

    private JsonNode? Event(string name) =>
        events.FirstOrDefault(e => string.Equals(e.EventRaised?.Name, name, StringComparison.OrdinalIgnoreCase)) is { } raised ? Parse(raised.EventRaised.Input) : throw new PendingException();

    private void Complete(OrchestrationStatus status, string? result, TaskFailureDetails? failure) => _actions.Add(new WorkflowAction
    {
        Id = ++_next,
        CompleteWorkflow = new CompleteWorkflowAction { WorkflowStatus = status, Result = result, FailureDetails = failure },
    });

    private static JsonNode? Parse(string? text)
    {
        try
        {
            return string.IsNullOrEmpty(text) ? null : JsonNode.Parse(text);
        }
        catch (JsonException exception)
        {
            // JavaScript's words for it, as far as texts of one line need them.
            var at = (int)(exception.BytePositionInLine ?? 0);
            throw new WorkflowFailureException("SyntaxError", at < text!.Length ? $"Unexpected token '{text[at]}', \"{text}\" is not valid JSON" : "Unexpected end of JSON input");
        }
    }

    private sealed class PendingException : Exception;

    private sealed class WorkflowFailureException(string errorType, string message) : Exception(message)
    {
        public string ErrorType => errorType;
    }
}
