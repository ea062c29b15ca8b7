using Dapr.Common.Serialization;
using Dapr.DurableTask.Protobuf;
using Dapr.Workflow.Registration;
using Dapr.Workflow.Worker;
using Dapr.Workflow.Worker.Replay;
using Google.Protobuf.WellKnownTypes;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Dapr.Workflow.Tests.Replay;

/// <summary>
/// One instance as the runtime keeps it: each turn sends the whole history and appends what the worker decided, so that every turn
/// replays everything before it.
/// </summary>
internal sealed class TestInstance
{
    private readonly WorkflowTurn turn;
    private readonly List<HistoryEvent> past = [];
    private readonly string? input;
    private DateTime now = new(2030, 1, 1, 0, 0, 0, DateTimeKind.Utc);

    public TestInstance(Action<WorkflowRuntimeOptions> register, object? input = null, ILoggerFactory? loggers = null)
    {
        var services = new ServiceCollection().BuildServiceProvider();
        turn = new WorkflowTurn(
            services.GetRequiredService<IServiceScopeFactory>(), WorkflowsFactory.Create([new WorkflowRegistration(register)]), new JsonDaprSerializer(), loggers ?? NullLoggerFactory.Instance);
        this.input = new JsonDaprSerializer().Serialize(input);
    }

    public string AppId { get; init; } = string.Empty;

    public IReadOnlyList<string> Patches { get; init; } = [];

    public DateTime Now => now;

    public WorkflowResponse Last { get; private set; } = new();

    public CompleteWorkflowAction? Completion => Last.Actions.Select(action => action.CompleteWorkflow).LastOrDefault(complete => complete is not null);

    public IReadOnlyList<HistoryEvent> Past => past;

    public Task<WorkflowResponse> StartAsync(string name = "W", params HistoryEvent[] further) => TurnAsync([Started(name), .. further]);

    public Task<WorkflowResponse> CompleteAsync(int taskId, object? result) =>
        TurnAsync(new HistoryEvent { EventId = -1, TaskCompleted = new TaskCompletedEvent { TaskScheduledId = taskId, Result = new JsonDaprSerializer().Serialize(result) } });

    public Task<WorkflowResponse> FailAsync(int taskId, string type = "System.InvalidOperationException", string message = "no") =>
        TurnAsync(new HistoryEvent { EventId = -1, TaskFailed = new TaskFailedEvent { TaskScheduledId = taskId, FailureDetails = new TaskFailureDetails { ErrorType = type, ErrorMessage = message } } });

    public Task<WorkflowResponse> FireAsync(int timerId) => TurnAsync(new HistoryEvent { EventId = -1, TimerFired = new TimerFiredEvent { TimerId = timerId } });

    public static HistoryEvent Raised(string name, object? payload = null) =>
        new() { EventId = -1, EventRaised = new EventRaisedEvent { Name = name, Input = new JsonDaprSerializer().Serialize(payload) } };

    public async Task<WorkflowResponse> TurnAsync(params HistoryEvent[] news)
    {
        now = now.AddSeconds(1);
        var opening = new HistoryEvent { EventId = -1, Timestamp = Timestamp.FromDateTime(now), WorkflowStarted = new WorkflowStartedEvent() };
        if (Patches.Count > 0)
        {
            opening.WorkflowStarted.Version = new WorkflowVersion { Patches = { Patches } };
        }

        var request = new WorkflowRequest { InstanceId = "i1", ExecutionId = "0191e7a0-0000-7000-8000-000000000001", PastEvents = { past }, NewEvents = { opening, news } };
        Last = await turn.RunAsync(request, "token");
        past.AddRange(request.NewEvents);
        past.AddRange(Last.Actions.Select(Created).OfType<HistoryEvent>());
        return Last;
    }

    private HistoryEvent Started(string name)
    {
        var entry = new HistoryEvent { EventId = -1, ExecutionStarted = new ExecutionStartedEvent { Name = name, Input = input } };
        if (AppId.Length > 0)
        {
            entry.Router = new TaskRouter { SourceAppID = AppId };
        }

        return entry;
    }

    private static HistoryEvent? Created(WorkflowAction action) => action switch
    {
        { ScheduleTask: { } task } => new HistoryEvent { EventId = action.Id, TaskScheduled = new TaskScheduledEvent { Name = task.Name, Input = task.Input, TaskExecutionId = task.TaskExecutionId } },
        { CreateTimer: { } timer } => new HistoryEvent { EventId = action.Id, TimerCreated = Timer(timer) },
        { CreateChildWorkflow: { } child } => new HistoryEvent { EventId = action.Id, ChildWorkflowInstanceCreated = new ChildWorkflowInstanceCreatedEvent { InstanceId = child.InstanceId, Name = child.Name } },
        { SendEvent: { } send } => new HistoryEvent { EventId = action.Id, EventSent = new EventSentEvent { InstanceId = send.Instance.InstanceId, Name = send.Name } },
        _ => null,
    };

    private static TimerCreatedEvent Timer(CreateTimerAction timer) => timer.ExternalEvent is { } external
        ? new TimerCreatedEvent { FireAt = timer.FireAt, ExternalEvent = external }
        : new TimerCreatedEvent { FireAt = timer.FireAt };
}
