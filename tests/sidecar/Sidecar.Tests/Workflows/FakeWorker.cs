using System.Collections.Concurrent;
using Dapr.DurableTask.Protobuf;
using Google.Protobuf.WellKnownTypes;

namespace Sidecar.Tests.Workflows;

/// <summary>A workflow worker on the wire. A workflow is a function from all events of its run to the actions that are not in history yet.</summary>
internal sealed class FakeWorker(GrpcTestClient client) : IAsyncDisposable
{
    private readonly CancellationTokenSource _stop = new();
    private Task _stream = Task.CompletedTask;

    public Dictionary<string, Func<IReadOnlyList<HistoryEvent>, IEnumerable<WorkflowAction>>> Workflows { get; } = new(Scripts.All, StringComparer.Ordinal);

    public ConcurrentQueue<ActivityRequest> Activities { get; } = new();

    public ConcurrentQueue<WorkflowRequest> Turns { get; } = new();

    /// <summary>Answers that did not get through.</summary>
    public ConcurrentQueue<Exception> Errors { get; } = new();

    /// <summary>What an activity does; default: answers its input.</summary>
    public Func<ActivityRequest, Task<ActivityResponse>> Activity { get; set; } = request => Task.FromResult(new ActivityResponse { Result = request.Input });

    /// <summary>Whether its answers carry the token of what they answer; those of the older protocol do not.</summary>
    public bool HasTokens { get; init; } = true;

    /// <summary>How many answers to turns have got through.</summary>
    public int TurnsAnswered { get; private set; }

    /// <summary>The turns it answers; default: all.</summary>
    public Func<WorkflowRequest, bool> Answers { get; set; } = _ => true;

    /// <summary>How often each activity's completion is sent.</summary>
    public int Repeat { get; set; } = 1;

    /// <summary>What ended the stream; null when its server did without an error.</summary>
    public Task<Exception?> Ended => _stream.ContinueWith(stream => stream.Exception?.InnerException, TaskScheduler.Default);

    public FakeWorker Start()
    {
        _stream = Task.Run(RunAsync);
        return this;
    }

    public async ValueTask DisposeAsync()
    {
        if (_stop.IsCancellationRequested)
        {
            return;
        }

        await _stop.CancelAsync();
        await _stream.ContinueWith(_ => { }, TaskScheduler.Default);
        _stop.Dispose();
    }

    private async Task RunAsync()
    {
        await foreach (var item in client.StreamAsync<GetWorkItemsRequest, WorkItem>("/TaskHubSidecarService/GetWorkItems", new GetWorkItemsRequest(), _stop.Token))
        {
            _ = Task.Run(() => HandleAsync(item));
        }
    }

    private async Task HandleAsync(WorkItem item)
    {
        try
        {
            await (item.RequestCase == WorkItem.RequestOneofCase.WorkflowRequest ? TurnAsync(item) : ActivityAsync(item));
        }
        catch (Exception e)
        {
            Errors.Enqueue(e);
        }
    }

    private async Task TurnAsync(WorkItem item)
    {
        var request = item.WorkflowRequest;
        Turns.Enqueue(request);
        if (!Answers(request))
        {
            return;
        }

        List<HistoryEvent> events = [.. request.PastEvents, .. request.NewEvents];
        var name = events.Last(e => e.ExecutionStarted is not null).ExecutionStarted.Name;
        var response = new WorkflowResponse { InstanceId = request.InstanceId, CompletionToken = HasTokens ? item.CompletionToken : "", Actions = { Workflows[name](events) } };
        if (name == "Status")
        {
            response.CustomStatus = "\"step-1\"";
        }

        await client.CallAsync<WorkflowResponse, CompleteTaskResponse>("/TaskHubSidecarService/CompleteOrchestratorTask", response, cancellation: _stop.Token);
        TurnsAnswered++;
    }

    private async Task ActivityAsync(WorkItem item)
    {
        var request = item.ActivityRequest;
        Activities.Enqueue(request);
        var response = await Activity(request);
        response.InstanceId = request.WorkflowInstance.InstanceId;
        response.TaskId = request.TaskId;
        response.CompletionToken = HasTokens ? item.CompletionToken : "";
        for (var i = 0; i < Repeat; i++)
        {
            await client.CallAsync<ActivityResponse, CompleteTaskResponse>("/TaskHubSidecarService/CompleteActivityTask", response, cancellation: _stop.Token);
        }
    }
}

/// <summary>The workflows that the tests run.</summary>
internal static class Scripts
{
    public static Dictionary<string, Func<IReadOnlyList<HistoryEvent>, IEnumerable<WorkflowAction>>> All { get; } = new(StringComparer.Ordinal)
    {
        ["Echo"] = events => [Complete(Input(events))],
        ["Chain"] = Chain,
        ["FanOut"] = FanOut,
        ["WaitEvent"] = WaitEvent,
        ["Status"] = WaitEvent,
        ["Timer"] = Timer,
        ["Parent"] = events => Child(events, "Echo"),
        ["ParentOfWaiting"] = events => Child(events, "WaitEvent"),
        ["Again"] = Again,
        ["Sender"] = Sender,
        ["Throw"] = _ => [new WorkflowAction { CompleteWorkflow = new CompleteWorkflowAction { WorkflowStatus = OrchestrationStatus.Failed, FailureDetails = new TaskFailureDetails { ErrorType = "Boom", ErrorMessage = "it broke" } } }],
        ["Forgetful"] = _ => [Schedule(0, "x")],
    };

    public static WorkflowAction Schedule(int id, string input) =>
        new() { Id = id, ScheduleTask = new ScheduleTaskAction { Name = "Step", Input = input, TaskExecutionId = $"exec-{id}" } };

    private static string? Input(IReadOnlyList<HistoryEvent> events) => events.Last(e => e.ExecutionStarted is not null).ExecutionStarted.Input;

    private static WorkflowAction Complete(string? result) =>
        new() { CompleteWorkflow = new CompleteWorkflowAction { WorkflowStatus = OrchestrationStatus.Completed, Result = result } };

    // Input "n": n activities one after the other.
    private static IEnumerable<WorkflowAction> Chain(IReadOnlyList<HistoryEvent> events)
    {
        var scheduled = events.Count(e => e.TaskScheduled is not null);
        var done = events.Count(e => e.TaskCompleted is not null);
        return scheduled > done ? [] : done == int.Parse(Input(events)!, null) ? [Complete($"{done}")] : [Schedule(done, $"{done}")];
    }

    private static IEnumerable<WorkflowAction> FanOut(IReadOnlyList<HistoryEvent> events)
    {
        var count = int.Parse(Input(events)!, null);
        var done = events.Count(e => e.TaskCompleted is not null);
        var scheduled = events.Where(e => e.TaskScheduled is not null).Select(e => e.EventId).ToHashSet();
        return done == count ? [Complete($"{done}")] : Enumerable.Range(0, count).Where(i => !scheduled.Contains(i)).Select(i => Schedule(i, $"{i}"));
    }

    private static IEnumerable<WorkflowAction> WaitEvent(IReadOnlyList<HistoryEvent> events) =>
        events.FirstOrDefault(e => e.EventRaised?.Name == "go") is { } go ? [Complete(go.EventRaised.Input)] : [];

    // Input = milliseconds.
    private static IEnumerable<WorkflowAction> Timer(IReadOnlyList<HistoryEvent> events)
    {
        var start = events.First(e => e.WorkflowStarted is not null).Timestamp.ToDateTimeOffset();
        return events.Any(e => e.TimerFired is not null) ? [Complete("\"fired\"")]
            : events.Any(e => e.TimerCreated is not null) ? []
            : [new WorkflowAction { Id = 0, CreateTimer = new CreateTimerAction { FireAt = Timestamp.FromDateTimeOffset(start.AddMilliseconds(int.Parse(Input(events)!, null))), CreateTimer = new TimerOriginCreateTimer() } }];
    }

    private static IEnumerable<WorkflowAction> Child(IReadOnlyList<HistoryEvent> events, string name) =>
        events.FirstOrDefault(e => e.ChildWorkflowInstanceCompleted is not null) is { } done ? [Complete(done.ChildWorkflowInstanceCompleted.Result)]
        : events.FirstOrDefault(e => e.ChildWorkflowInstanceFailed is not null) is { } failed ? [Complete("failed: " + failed.ChildWorkflowInstanceFailed.FailureDetails.ErrorType)]
        : events.Any(e => e.ChildWorkflowInstanceCreated is not null) ? []
        : [new WorkflowAction { Id = 0, CreateChildWorkflow = new CreateChildWorkflowAction { InstanceId = Input(events)!, Name = name, Input = "\"from parent\"" } }];

    // Counts to 3 by continue-as-new, carries what it has not read, and ends with the number of "kept" events.
    private static IEnumerable<WorkflowAction> Again(IReadOnlyList<HistoryEvent> events)
    {
        var round = int.Parse(Input(events)!, null);
        var raised = events.Where(e => e.EventRaised is not null).ToList();
        return round == 3
            ? raised.Count >= 2 ? [Complete($"{raised.Count}")] : []
            : raised.Count <= round - 1
                ? []
                : [new WorkflowAction { CompleteWorkflow = new CompleteWorkflowAction { WorkflowStatus = OrchestrationStatus.ContinuedAsNew, Result = $"{round + 1}", CarryoverEvents = { raised } } }];
    }

    private static IEnumerable<WorkflowAction> Sender(IReadOnlyList<HistoryEvent> events) =>
    [
        new WorkflowAction { Id = 0, SendEvent = new SendEventAction { Instance = new WorkflowInstance { InstanceId = Input(events) }, Name = "go", Data = "\"sent\"" } },
        Complete("\"ok\""),
    ];
}
