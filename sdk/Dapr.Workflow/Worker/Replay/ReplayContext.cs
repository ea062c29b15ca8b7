using Dapr.Common.Serialization;
using Dapr.Workflow.Client;
using Google.Protobuf.WellKnownTypes;
using Microsoft.Extensions.Logging;
using Proto = Dapr.DurableTask.Protobuf;

namespace Dapr.Workflow.Worker.Replay;

/// <summary>
/// The deterministic context of one turn. Invariant: every action gets its id from one counter in program order, and nothing but the
/// history's events completes a task, inline, on the thread that applies them; so the same history gives the same ids every time.
/// </summary>
internal sealed class ReplayContext : WorkflowContext
{
    private static readonly Timestamp Never = new() { Seconds = 253402300799, Nanos = 999999999 };
    private readonly ReplayInstance instance;
    private readonly IDaprSerializer serializer;
    private readonly ILoggerFactory loggers;
    private readonly DeterministicGuid guids;
    private readonly SortedDictionary<int, Proto.WorkflowAction> pending = [];
    private readonly PatchSet patches = new();
    private int nextActionId;
    private int nextGuid;
    private DateTime now;
    private bool isReplaying;
    private int thread;

    internal ReplayContext(ReplayInstance instance, IDaprSerializer serializer, ILoggerFactory loggers)
    {
        this.instance = instance;
        this.serializer = serializer;
        this.loggers = loggers;
        guids = new DeterministicGuid(instance.ExecutionId, instance.InstanceId);
        Tasks = new TaskTable(serializer);
        Events = new EventInbox(serializer);
    }

    public override string Name => instance.Name;

    public override string InstanceId => instance.InstanceId;

    public override DateTime CurrentUtcDateTime => now;

    public override bool IsReplaying => isReplaying;

    internal TaskTable Tasks { get; }

    internal EventInbox Events { get; }

    internal PatchSet Patches => patches;

    /// <summary>The actions the history does not know yet, in program order.</summary>
    internal IEnumerable<Proto.WorkflowAction> PendingActions => pending.Values;

    /// <summary>The custom status as text, once it was set.</summary>
    internal string? CustomStatus { get; private set; }

    /// <summary>The action of ContinueAsNew, without its carried events.</summary>
    internal Proto.WorkflowAction? Continuation { get; private set; }

    internal bool PreservesEvents { get; private set; }

    public override bool IsPatched(string patchName)
    {
        ArgumentException.ThrowIfNullOrEmpty(patchName);
        return patches.IsPatched(patchName, isReplaying);
    }

    public override Task<T> CallActivityAsync<T>(string name, object? input = null, WorkflowTaskOptions? options = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        if (options?.RetryPolicy is not { } policy)
        {
            return ScheduleActivity<T>(name, input, options, out _);
        }

        string? first = null;
        return new RetryInterceptor<T>(this, policy, Attempt, Pause).Invoke();

        Task<T> Attempt()
        {
            var task = ScheduleActivity<T>(name, input, options, out var executionId);
            first ??= executionId;
            return task;
        }

        Task Pause(TimeSpan delay) => StartTimer(
            now.Add(delay), action => action.ActivityRetry = new Proto.TimerOriginActivityRetry { TaskExecutionId = first }, CancellationToken.None);
    }

    public override Task<TResult> CallChildWorkflowAsync<TResult>(string workflowName, object? input = null, ChildWorkflowTaskOptions? options = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(workflowName);
        if (options?.RetryPolicy is not { } policy)
        {
            return StartChild<TResult>(workflowName, input, options, out _);
        }

        string? first = null;
        return new RetryInterceptor<TResult>(this, policy, Attempt, Pause).Invoke();

        Task<TResult> Attempt()
        {
            var task = StartChild<TResult>(workflowName, input, options, out var childId);
            first ??= childId;
            return task;
        }

        Task Pause(TimeSpan delay) => StartTimer(
            now.Add(delay), action => action.ChildWorkflowRetry = new Proto.TimerOriginChildWorkflowRetry { InstanceId = first }, CancellationToken.None);
    }

    public override Task CreateTimer(DateTime fireAt, CancellationToken cancellationToken) =>
        StartTimer(fireAt, action => action.CreateTimer = new Proto.TimerOriginCreateTimer(), cancellationToken);

    public override Task<T> WaitForExternalEventAsync<T>(string eventName, CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(eventName);
        return IsOnTurn ? Events.WaitAsync<T>(eventName, cancellationToken) : throw OutsideTurn($"event '{eventName}'");
    }

    public override async Task<T> WaitForExternalEventAsync<T>(string eventName, TimeSpan timeout)
    {
        ArgumentException.ThrowIfNullOrEmpty(eventName);
        if (Events.TryTake<T>(eventName, out var early))
        {
            return await early;
        }

        if (timeout == TimeSpan.Zero)
        {
            throw TimedOut(eventName, timeout);
        }

        if (timeout < TimeSpan.Zero)
        {
            AddEndlessTimer(eventName);
            return await Events.WaitAsync<T>(eventName, CancellationToken.None);
        }

        using var over = new CancellationTokenSource();
        var raised = Events.WaitAsync<T>(eventName, over.Token);
        var timer = StartTimer(now.Add(timeout), action => action.ExternalEvent = new Proto.TimerOriginExternalEvent { Name = eventName }, over.Token);
        var winner = await Task.WhenAny(raised, timer);
        over.Cancel(); // on this thread: the loser must be gone before the workflow goes on
        return winner == raised ? await raised : throw TimedOut(eventName, timeout);
    }

    public override void SendEvent(string instanceId, string eventName, object payload)
    {
        ArgumentException.ThrowIfNullOrEmpty(instanceId);
        ArgumentException.ThrowIfNullOrEmpty(eventName);
        Add(new Proto.WorkflowAction
        {
            SendEvent = new Proto.SendEventAction
            {
                Instance = new Proto.WorkflowInstance { InstanceId = instanceId },
                Name = eventName,
                Data = serializer.Serialize(payload),
            },
        });
    }

    public override void SetCustomStatus(object? customStatus) => CustomStatus = serializer.Serialize(customStatus);

    public override void ContinueAsNew(object? newInput = null, bool preserveUnprocessedEvents = true)
    {
        PreservesEvents = preserveUnprocessedEvents;
        Continuation = new Proto.WorkflowAction
        {
            Id = nextActionId++,
            CompleteWorkflow = new Proto.CompleteWorkflowAction
            {
                WorkflowStatus = Proto.OrchestrationStatus.ContinuedAsNew,
                Result = serializer.Serialize(newInput),
            },
        };
    }

    public override Guid NewGuid() => guids.For($"{InstanceId}_{nextGuid++}");

    public override ILogger CreateReplaySafeLogger(string categoryName) => new ReplaySafeLogger(loggers.CreateLogger(categoryName), this);

    public override ILogger CreateReplaySafeLogger(System.Type type) => new ReplaySafeLogger(loggers.CreateLogger(type), this);

    public override ILogger CreateReplaySafeLogger<T>() => new ReplaySafeLogger(loggers.CreateLogger<T>(), this);

    public override PropagatedHistory? GetPropagatedHistory() => null;

    /// <summary>Begins a part of the turn, on this thread: replaying what happened, or going on with what is new.</summary>
    internal void Begin(bool replaying)
    {
        isReplaying = replaying;
        thread = Environment.CurrentManagedThreadId;
    }

    /// <summary>The turn is over: nothing the workflow does now would get into its history.</summary>
    internal void End() => thread = 0;

    internal void SetTime(Timestamp? timestamp) => now = timestamp?.ToDateTime() ?? now;

    /// <summary>How the code does not fit the history; null while it does.</summary>
    internal string? Mismatch { get; private set; }

    /// <summary>The workflow waits for something that only history can bring about.</summary>
    internal bool IsWaiting => Tasks.OpenCount > 0 || Events.WaiterCount > 0;

    /// <summary>The history knows this action: it is not to be sent again.</summary>
    internal void Acknowledge(Proto.HistoryEvent entry)
    {
        var expected = ReplayedAction.Of(entry);
        if (!pending.Remove(entry.EventId, out var found))
        {
            Mismatch ??= $"Action #{entry.EventId} is {expected} in the history; the workflow's code does not get there. The code has changed while the instance ran: use IsPatched, or a workflow with another name.";
        }
        else if (ReplayedAction.Of(found) is var actual && !actual.IsSameAs(expected))
        {
            Mismatch ??= $"Action #{entry.EventId} is {expected} in the history, but {actual} in the workflow's code. The code has changed while the instance ran: use IsPatched, or a workflow with another name.";
        }
    }

    private static TaskCanceledException TimedOut(string eventName, TimeSpan timeout) => new($"No event '{eventName}' was raised within {timeout}.");

    private int Add(Proto.WorkflowAction action)
    {
        if (!IsOnTurn)
        {
            throw OutsideTurn(ReplayedAction.Of(action).ToString());
        }

        action.Id = nextActionId++;
        pending.Add(action.Id, action);
        return action.Id;
    }

    // Code that goes on elsewhere, after an await of something foreign, must not touch what the turn's own thread uses.
    private bool IsOnTurn => Environment.CurrentManagedThreadId == thread;

    private static InvalidOperationException OutsideTurn(string call) =>
        new($"The workflow asked for {call} outside its turn: its code went on elsewhere, after Task.Run, Task.Delay, ConfigureAwait(false) or another await that is not of its context.");

    private Task<T> ScheduleActivity<T>(string name, object? input, WorkflowTaskOptions? options, out string executionId)
    {
        executionId = guids.For($"{InstanceId}|activity|{nextActionId}|{name}").ToString("N");
        var router = Router(options);
        var task = new Proto.ScheduleTaskAction { Name = name, Input = serializer.Serialize(input), TaskExecutionId = executionId, Router = router };
        if (options is { PropagationScope: not HistoryPropagationScope.None })
        {
            task.HistoryPropagationScope = (Proto.HistoryPropagationScope)(int)options.PropagationScope;
        }

        return Tasks.Open<T>(Add(new Proto.WorkflowAction { ScheduleTask = task, Router = router }), name, executionId);
    }

    private Task<T> StartChild<T>(string name, object? input, ChildWorkflowTaskOptions? options, out string childId)
    {
        childId = options?.InstanceId ?? NewGuid().ToString();
        var router = Router(options);
        var child = new Proto.CreateChildWorkflowAction { Name = name, InstanceId = childId, Input = serializer.Serialize(input), Router = router };
        if (options is { PropagationScope: not HistoryPropagationScope.None })
        {
            child.HistoryPropagationScope = (Proto.HistoryPropagationScope)(int)options.PropagationScope;
        }

        return Tasks.Open<T>(Add(new Proto.WorkflowAction { CreateChildWorkflow = child, Router = router }), name);
    }

    private Task StartTimer(DateTime fireAt, Action<Proto.CreateTimerAction> setOrigin, CancellationToken cancellationToken)
    {
        if (cancellationToken.IsCancellationRequested)
        {
            return Task.FromCanceled(cancellationToken);
        }

        var timer = new Proto.CreateTimerAction { FireAt = Timestamp.FromDateTime(fireAt) };
        setOrigin(timer);
        return Tasks.OpenTimer(Add(new Proto.WorkflowAction { CreateTimer = timer }), cancellationToken);
    }

    // Older workers waited without this timer: where the history has another event under its id, it never was.
    private void AddEndlessTimer(string eventName)
    {
        if (instance.CreatedById.TryGetValue(nextActionId, out var created)
            && created.TimerCreated?.OriginCase != Proto.TimerCreatedEvent.OriginOneofCase.ExternalEvent)
        {
            return;
        }

        Add(new Proto.WorkflowAction
        {
            CreateTimer = new Proto.CreateTimerAction { FireAt = Never, ExternalEvent = new Proto.TimerOriginExternalEvent { Name = eventName } },
        });
    }

    private Proto.TaskRouter? Router(WorkflowTaskOptions? options) => options?.TargetAppId is { Length: > 0 } target && instance.AppId is { } source
        ? new Proto.TaskRouter { SourceAppID = source, TargetAppID = target }
        : null;
}
