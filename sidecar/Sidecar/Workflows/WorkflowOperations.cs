using Dapr.DurableTask.Protobuf;
using Sidecar.Workflows.Engine;
using Sidecar.Workflows.Store;

namespace Sidecar.Workflows;

/// <summary>What clients do with workflows, whatever API they use. Returning without a refusal means: durable.</summary>
internal sealed class WorkflowOperations(WorkflowEngine engine)
{
    private const int MaxPage = 10_000;
    private const int PurgePage = 500;
    private static readonly TimeSpan WorkerPoll = TimeSpan.FromMilliseconds(50);

    private EngineContext Context => engine.Context;

    /// <summary>Why no instance can have the id, although its letters are allowed: daprd's scheduler takes the name of the first reminder for a host name. Null when it can.</summary>
    public string? ProblemOfId(string instanceId) =>
        Schedules.ScheduleRules.ProblemOfKey($"actorreminder||default||dapr.internal.default.{Context.AppId}.workflow||{instanceId}||start") is { } problem
            ? $"failed to start workflow: rpc error: code = Unknown desc = {problem}"
            : null;

    /// <summary>Creates an instance. It is durable when this returns; it runs when a worker takes it.</summary>
    public Task<WorkflowRefusal> CreateAsync(CreateInstanceRequest request, CancellationToken cancellation) =>
        CountAsync(Context.Metrics is { } metrics ? metrics.Created : null, TryCreateAsync(request, cancellation));

    private async Task<WorkflowRefusal> TryCreateAsync(CreateInstanceRequest request, CancellationToken cancellation)
    {
        if (engine.Overload() is not null || engine.LoadedInstances > Context.Options.MaxLoaded)
        {
            return WorkflowRefusal.Overloaded;
        }

        if (request.Input?.Length > Context.Options.MaxPayload)
        {
            return WorkflowRefusal.TooMuch;
        }

        using var span = StartSpan(request);
        var start = new HistoryEvent
        {
            EventId = Events.FromOutside,
            Timestamp = Context.Now,
            Router = new TaskRouter { SourceAppID = Context.AppId },
            ExecutionStarted = new ExecutionStartedEvent
            {
                Name = request.Name,
                Version = request.Version,
                Input = request.Input,
                WorkflowInstance = new Dapr.DurableTask.Protobuf.WorkflowInstance { InstanceId = request.InstanceId, ExecutionId = request.ExecutionId ?? Context.NewId() },
                ScheduledStartTimestamp = request.ScheduledStartTimestamp,
                ParentTraceContext = span is null ? request.ParentTraceContext : new TraceContext { TraceParent = span.Id, TraceState = span.TraceState },
                Tags = { request.Tags },
            },
        };
        return await engine.ChangeAsync(
            request.InstanceId,
            instance => instance.IsActive ? (WorkflowRefusal.AlreadyExists, (Step?)null) : (WorkflowRefusal.None, instance.Create(start)),
            cancellation);
    }

    /// <summary>Completes while a worker is connected, or as soon as one is.</summary>
    public async Task WaitForWorkerAsync(CancellationToken cancellation)
    {
        while (engine.Dispatcher.Workers == 0)
        {
            await Task.Delay(WorkerPoll, Context.Time, cancellation);
        }
    }

    /// <summary>Waits until an instance has left PENDING; null when there is none (any more).</summary>
    public Task<InstanceRow?> WaitForStartAsync(string instanceId, CancellationToken cancellation) =>
        WaitAsync(instanceId, row => row.Status != OrchestrationStatus.Pending, cancellation);

    /// <summary>Waits until an instance has ended; null when there is none (any more).</summary>
    public Task<InstanceRow?> WaitForCompletionAsync(string instanceId, CancellationToken cancellation) =>
        WaitAsync(instanceId, row => Events.IsFinal(row.Status), cancellation);

    /// <summary>The durable head of an instance; null when there is none, or can be none.</summary>
    public Task<InstanceRow?> FindAsync(string instanceId, CancellationToken cancellation) =>
        InstanceIds.IsValid(instanceId) ? engine.FindAsync(instanceId, cancellation) : Task.FromResult<InstanceRow?>(null);

    /// <summary>What an instance that does not advance waits for; null when it advances or has ended.</summary>
    public Task<string?> FindWaitAsync(string instanceId, CancellationToken cancellation) => engine.FindWaitAsync(instanceId, cancellation);

    /// <summary>Sends an event; one for an instance that has ended is accepted and read by nobody.</summary>
    public Task<WorkflowRefusal> RaiseEventAsync(string instanceId, string name, string? input, CancellationToken cancellation)
    {
        if (!InstanceIds.IsValid(instanceId))
        {
            return Task.FromResult(WorkflowRefusal.NotFound);
        }

        if (engine.Overload() is not null)
        {
            return Task.FromResult(WorkflowRefusal.Overloaded);
        }

        return CountEventAsync(engine.ChangeAsync(
            instanceId,
            instance => !instance.Exists ? (WorkflowRefusal.NotFound, (Step?)null)
                : instance.InboxLength >= Context.Options.MaxInbox || input?.Length > Context.Options.MaxPayload ? (WorkflowRefusal.TooMuch, null)
                : (WorkflowRefusal.None, instance.Raise(Events.Raised(Context.Now, name, input))),
            cancellation));
    }

    public Task<WorkflowRefusal> TerminateAsync(string instanceId, string? output, bool recursive, CancellationToken cancellation) =>
        OnExistingAsync(instanceId, instance => instance.Terminate(output, recursive), cancellation);

    public Task<WorkflowRefusal> SuspendAsync(string instanceId, string? reason, CancellationToken cancellation) =>
        OnExistingAsync(instanceId, instance => instance.Suspend(reason), cancellation);

    public Task<WorkflowRefusal> ResumeAsync(string instanceId, string? reason, CancellationToken cancellation) =>
        OnExistingAsync(instanceId, instance => instance.Resume(reason), cancellation);

    /// <summary>
    /// Removes an instance that has ended, and its children that have. The children go first: as long as the instance is there, what a crash left
    /// off is found again. A child that still runs or whose app is absent does not keep its parent; it stays, and goes by an id or filter of its own.
    /// </summary>
    public Task<(WorkflowRefusal Refusal, int Count)> PurgeAsync(string instanceId, bool recursive, bool force, CancellationToken cancellation) =>
        InstanceIds.IsValid(instanceId)
            ? PurgeAsync(instanceId, recursive ? [(Context.AppId, instanceId)] : null, force, cancellation)
            : Task.FromResult((WorkflowRefusal.NotFound, 0));

    // Histories may name each other, or themselves: a child that was refused because its id was in use. What has been met is not gone into again.
    private async Task<(WorkflowRefusal Refusal, int Count)> PurgeAsync(string instanceId, HashSet<(string App, string Id)>? met, bool force, CancellationToken cancellation)
    {
        var count = met is null ? 0 : await PurgeChildrenAsync(instanceId, met, force, cancellation);
        var began = Context.Time.GetTimestamp();
        var refusal = await engine.ChangeAsync(
            instanceId,
            instance =>
            {
                var existed = instance.Exists;
                var step = instance.Purge(force);
                return (!existed ? WorkflowRefusal.NotFound : step is null ? WorkflowRefusal.NotCompleted : WorkflowRefusal.None, step);
            },
            cancellation);
        Context.Metrics?.Purged(refusal == WorkflowRefusal.None, Context.Time.GetElapsedTime(began));
        return (refusal, refusal == WorkflowRefusal.None ? count + 1 : count);
    }

    private async Task<int> PurgeChildrenAsync(string instanceId, HashSet<(string App, string Id)> met, bool force, CancellationToken cancellation)
    {
        var count = 0;
        foreach (var (app, id) in await ChildrenToPurgeAsync(instanceId, force, cancellation))
        {
            if (OfApp(app) is { } owner && met.Add((owner.Context.AppId, id)))
            {
                count += await PurgeChildAsync(owner, id, met, force, cancellation);
            }
        }

        return count;
    }

    // An app that stops meanwhile is one that is absent.
    private async Task<int> PurgeChildAsync(WorkflowOperations owner, string id, HashSet<(string App, string Id)> met, bool force, CancellationToken cancellation)
    {
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellation, owner.Context.Stopped);
        try
        {
            return (await owner.PurgeAsync(id, met, force, either.Token)).Count;
        }
        catch (OperationCanceledException) when (owner.Context.Stopped.IsCancellationRequested && !Context.Stopped.IsCancellationRequested && !cancellation.IsCancellationRequested)
        {
            return 0;
        }
    }

    // Null when the app runs no workflows: what is its own stays with it.
    private WorkflowOperations? OfApp(string? app) =>
        app is null ? this : Context.Environment.Peers.Find(app) is { } peer ? new WorkflowOperations(peer) : null;

    /// <summary>Removes the instances that fit a filter and have ended, and their children that have. Returns how many.</summary>
    public async Task<int> PurgeAsync(InstanceFilter filter, bool recursive, CancellationToken cancellation)
    {
        var count = 0;
        for (string? after = null; ;)
        {
            var ids = await engine.QueryAsync(filter, after, PurgePage, cancellation);
            foreach (var id in ids)
            {
                count += (await PurgeAsync(id, recursive, force: false, cancellation)).Count;
            }

            if (ids.Count < PurgePage)
            {
                return count;
            }

            after = ids[^1];
        }
    }

    /// <summary>A page of instance ids, and the token of the next page if there is one.</summary>
    public async Task<(IReadOnlyList<string> Ids, string? Next)> ListAsync(string? token, int? pageSize, CancellationToken cancellation)
    {
        var size = Math.Clamp(pageSize ?? MaxPage, 1, MaxPage);
        var ids = await engine.ListAsync(token, size + 1, cancellation);
        return ids.Count > size ? ([.. ids.Take(size)], ids[size - 1]) : (ids, null);
    }

    /// <summary>The history of an instance; null when there is no such instance.</summary>
    public async Task<IReadOnlyList<HistoryEvent>?> HistoryAsync(string instanceId, CancellationToken cancellation) =>
        await engine.FindAsync(instanceId, cancellation) is null
            ? null
            : [.. (await engine.ReadHistoryAsync(instanceId, cancellation)).SelectMany(HistoryChunk.Unpack)];

    private Telemetry.Span? StartSpan(CreateInstanceRequest request)
    {
        var parent = request.ParentTraceContext is { } given ? new Telemetry.TraceContext(given.TraceParent, given.TraceState ?? "") : Telemetry.TraceContext.None;
        var span = Context.Tracing.Start("create_orchestration||" + request.Name, System.Diagnostics.ActivityKind.Client, parent);
        span?.SetTag("durabletask.task.instance_id", request.InstanceId);
        span?.SetTag("durabletask.task.name", request.Name);
        span?.SetTag("durabletask.type", "orchestration");
        span?.SetTag("otel.scope.name", "durabletask");
        return span;
    }

    private Task<IReadOnlyList<(string? App, string Id)>> ChildrenToPurgeAsync(string instanceId, bool force, CancellationToken cancellation) => engine.ChangeAsync(
        instanceId,
        instance => (instance.Exists && (force || !instance.IsActive) ? instance.Children() : [], (Step?)null),
        cancellation);

    private async Task<InstanceRow?> WaitAsync(string instanceId, Func<InstanceRow, bool> reached, CancellationToken cancellation)
    {
        using var waiter = engine.Waiters.Register(instanceId, reached)
            ?? throw new Api.Grpc.GrpcException(Api.Grpc.GrpcCode.ResourceExhausted, "too many calls wait for workflows");
        var present = await engine.FindAsync(instanceId, cancellation);
        if (present is null || reached(present))
        {
            return present;
        }

        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellation, engine.Stopped);
        return await waiter.Reached.WaitAsync(either.Token);
    }

    private Task<WorkflowRefusal> OnExistingAsync(string instanceId, Func<Engine.WorkflowInstance, Step?> change, CancellationToken cancellation) =>
        !InstanceIds.IsValid(instanceId) ? Task.FromResult(WorkflowRefusal.NotFound) : CountEventAsync(engine.ChangeAsync(
            instanceId,
            instance => instance.Exists ? (WorkflowRefusal.None, change(instance)) : (WorkflowRefusal.NotFound, null),
            cancellation));

    private Task<WorkflowRefusal> CountEventAsync(Task<WorkflowRefusal> operation) => CountAsync(Context.Metrics is { } metrics ? metrics.EventAdded : null, operation);

    private async Task<WorkflowRefusal> CountAsync(Action<bool, TimeSpan>? count, Task<WorkflowRefusal> operation)
    {
        var began = Context.Time.GetTimestamp();
        var refusal = await operation;
        count?.Invoke(refusal == WorkflowRefusal.None, Context.Time.GetElapsedTime(began));
        return refusal;
    }
}
