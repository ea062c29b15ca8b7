using Microsoft.Extensions.Logging;
using Sidecar.Workflows.Store;

namespace Sidecar.Workflows.Engine;

/// <summary>
/// Runs the workflows of one app. An operation changes an instance in memory, queues the step's commit under the same
/// gate (so that commits are in the order of the changes), and only when the commit is durable lets its effects out:
/// the caller's answer, activities, events for others, what watchers see.
/// </summary>
internal sealed partial class WorkflowEngine : IAsyncDisposable
{
    private readonly IWorkflowStore _store;
    private readonly ILogger _logger;
    private readonly EngineContext _context;
    private readonly CancellationTokenSource _stop = new();
    private readonly TimerScheduler _timers;
    private readonly InstanceDirectory _directory;
    private readonly Quarantine _quarantine = new();
    private readonly List<Task> _loops = [];

    private WorkflowEngine(IWorkflowStore store, EngineContext context)
    {
        _store = store;
        _context = context;
        _logger = context.Environment.Logger;
        Dispatcher = new WorkDispatcher(context, Suspect);
        Waiters = new StatusWaiters(context);
        _directory = new InstanceDirectory(store, context, Loaded, _stop.Token);
        _timers = new TimerScheduler(store, context.Environment, FireAsync);
    }

    public WorkDispatcher Dispatcher { get; }

    public StatusWaiters Waiters { get; }

    public EngineContext Context => _context;

    /// <summary>Instances in memory.</summary>
    public int LoadedInstances => _directory.Count;

    /// <summary>Cancelled when the engine stops or has lost its store to another sidecar.</summary>
    public CancellationToken Stopped => _stop.Token;

    /// <summary>Why the engine stopped by itself; null while it works, and when it was asked to stop.</summary>
    public string? Fault { get; private set; }

    /// <summary>Opens the store and goes on with everything that was under way.</summary>
    public static async Task<WorkflowEngine> StartAsync(IWorkflowStore store, string appId, WorkflowOptions options, EngineEnvironment environment, CancellationToken cancellationToken)
    {
        var epoch = await store.OpenAsync(cancellationToken);
        var engine = new WorkflowEngine(store, new EngineContext(appId, new KeySequence(epoch), options, environment));
        engine._loops.Add(environment.Run(engine.RecoverAsync));
        engine._loops.Add(environment.Run(() => engine.UntilStoppedAsync(engine._timers.RunAsync)));
        engine._loops.Add(environment.Run(() => engine.UntilStoppedAsync(engine.SweepAsync)));
        if (options.Retention is { IsEmpty: false } retention)
        {
            engine._loops.Add(environment.Run(() => engine.UntilStoppedAsync(stop => engine.RetainAsync(retention, stop))));
        }

        return engine;
    }

    /// <summary>Stops at once. What is not durable is lost with the answers to it; everything else goes on at the next start.</summary>
    public async ValueTask DisposeAsync()
    {
        Halt();
        await Task.WhenAll(_loops);
        await _store.DisposeAsync();
    }

    /// <summary>Waits until every queued commit is durable.</summary>
    public async Task DrainAsync(CancellationToken cancellationToken)
    {
        while (_store.Backlog > 0)
        {
            await Task.Delay(TimeSpan.FromMilliseconds(10), _context.Time, cancellationToken);
        }
    }

    /// <summary>Changes an instance and returns when the change is durable; <paramref name="change"/> runs under the gate and may find nothing to do.</summary>
    public async Task<T> ChangeAsync<T>(string instanceId, Func<WorkflowInstance, (T Result, Step? Step)> change, CancellationToken cancellationToken)
    {
        while (true)
        {
            var instance = await _directory.GetAsync(instanceId, cancellationToken);
            Task durable;
            T result;
            lock (instance.Gate)
            {
                if (instance.Evicted)
                {
                    continue;
                }

                (result, var step) = Run(instance, change);
                durable = step is null ? Task.CompletedTask : Commit(instance, step);
                Dispatcher.Enqueue(instance);
                if (step is null && !instance.IsActive)
                {
                    _directory.TryEvict(instance);
                }
            }

            await durable.WaitAsync(cancellationToken);
            return result;
        }
    }

    /// <summary>The durable head of an instance.</summary>
    public async Task<InstanceRow?> FindAsync(string instanceId, CancellationToken cancellationToken)
    {
        if (_directory.Find(instanceId) is { } instance)
        {
            lock (instance.Gate)
            {
                if (instance is { Evicted: false, Durable.Head: { } head })
                {
                    return head;
                }
            }
        }

        return await _store.FindAsync(instanceId, cancellationToken);
    }

    /// <summary>The durable history of an instance.</summary>
    public Task<IReadOnlyList<byte[]>> ReadHistoryAsync(string instanceId, CancellationToken cancellationToken) => _store.ReadHistoryAsync(instanceId, cancellationToken);

    /// <summary>Instance ids in ordinal order.</summary>
    public Task<IReadOnlyList<string>> ListAsync(string? after, int count, CancellationToken cancellationToken) => _store.ListAsync(after, count, cancellationToken);

    /// <summary>Ids of instances that fit a filter, in ordinal order.</summary>
    public Task<IReadOnlyList<string>> QueryAsync(InstanceFilter filter, string? after, int count, CancellationToken cancellationToken) => _store.QueryAsync(filter, after, count, cancellationToken);

    /// <summary>Why no new work is taken; null when it is.</summary>
    public string? Overload() =>
        _store.Backlog > _context.Options.MaxBacklog ? "the workflow store does not keep up"
        : Dispatcher.QueuedTurns > _context.Options.MaxQueued ? "too many workflows wait for a worker"
        : null;

    // A fault within a change may leave half of it in memory; the store has the truth.
    private (T Result, Step? Step) Run<T>(WorkflowInstance instance, Func<WorkflowInstance, (T Result, Step? Step)> change)
    {
        try
        {
            return change(instance);
        }
        catch (Exception e)
        {
            Suspect(instance, e);
            throw;
        }
    }

    /// <summary>An instance cannot go on as it is in memory: it leaves, and is loaded anew later, and later each time. Called under its gate.</summary>
    private void Suspect(WorkflowInstance instance, Exception exception)
    {
        _directory.Discard(instance);
        Log.StepFailed(_logger, exception, instance.Id);
        Observe(WakeLaterAsync(instance.Id));
    }

    private void Loaded(WorkflowInstance instance, IReadOnlyList<Step> steps)
    {
        foreach (var step in steps)
        {
            Observe(Commit(instance, step));
        }

        foreach (var task in instance.WaitingTasks)
        {
            Dispatcher.Enqueue(task);
        }

        Dispatcher.Enqueue(instance);
    }

    private Task Commit(WorkflowInstance instance, Step step)
    {
        instance.StepsUnderWay++;
        instance.LastUsed = _context.Time.GetUtcNow();
        step.Number = ++instance.Steps;
        step.Commit.Chain = instance.Chain;
        HistoryChunk.Pack(step.Commit.History);
        step.Deliveries.ForEach(delivery => _directory.Expect(delivery.Target));
        return CompleteAsync(instance, step, _store.CommitAsync(step.Commit));
    }

    private async Task CompleteAsync(WorkflowInstance instance, Step step, Task durable)
    {
        try
        {
            // Never inline: the caller holds the gate.
            await durable.ConfigureAwait(ConfigureAwaitOptions.ForceYielding | ConfigureAwaitOptions.ContinueOnCapturedContext);
        }
        catch (Exception e)
        {
            Failed(instance, step, e);
            throw;
        }

        _quarantine.Release(instance.Id);
        lock (instance.Gate)
        {
            instance.StepsUnderWay--;
            if (step.Number > instance.Durable.Step && (step.Purged || step.Head is not null))
            {
                instance.Durable = (step.Head, step.Number);
            }

            if (!instance.IsActive)
            {
                _directory.TryEvict(instance);
            }
        }

        Release(step, instance.Id);
    }

    private void Release(Step step, string instanceId)
    {
        step.Activities.ForEach(Dispatcher.Enqueue);
        step.Deliveries.ForEach(delivery => Observe(DeliverAsync(delivery)));
        if (step.EarliestTimer is { } earliest)
        {
            _timers.Notify(earliest);
        }

        if (step.Head is { } head)
        {
            Waiters.Publish(head);
        }

        if (step.Purged)
        {
            Waiters.PublishGone(instanceId);
        }
    }

    private void Failed(WorkflowInstance instance, Step step, Exception exception)
    {
        step.Deliveries.ForEach(delivery => _directory.Arrived(delivery.Target));
        lock (instance.Gate)
        {
            if (exception is StoreFencedException or OperationCanceledException)
            {
                _directory.Discard(instance);
            }
            else
            {
                Suspect(instance, exception);
            }
        }

        if (exception is StoreFencedException)
        {
            StopFor(exception.Message);
        }
    }

    private void StopFor(string reason)
    {
        if (Fault is null && !_stop.IsCancellationRequested)
        {
            Fault = reason;
            Log.Fenced(_logger, reason);
            Halt();
        }
    }

    // At once, on this thread: what stops with the engine stops before anything else happens.
    private void Halt() => _stop.Cancel();

    // Only one waits for each instance; what it finds wrong again makes the next pause longer.
    private async Task WakeLaterAsync(string instanceId)
    {
        while (_quarantine.TryEnter(instanceId, out var pause))
        {
            await Task.Delay(pause, _context.Time, _stop.Token);
            _quarantine.Leave(instanceId);
            try
            {
                await _directory.GetAsync(instanceId, _stop.Token);
                return;
            }
            catch (Exception e) when (!_stop.IsCancellationRequested)
            {
                Log.NotLoaded(_logger, e, instanceId);
            }
        }
    }

    private async Task DeliverAsync(Delivery delivery)
    {
        try
        {
            await RetryAsync(() => ChangeAsync(delivery.Target, instance => (true, instance.Deliver(delivery.Event)), _stop.Token));
        }
        finally
        {
            _directory.Arrived(delivery.Target);
        }
    }

    private Task FireAsync(TimerRow timer) => ChangeAsync(timer.InstanceId, instance => (true, instance.Fire(timer)), _stop.Token);

    // Whatever went wrong: what is not done here would never be done. Pauses grow, so that an instance which fails each time costs little.
    private async Task RetryAsync(Func<Task> action)
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                await action();
                return;
            }
            catch (Exception e) when (!_stop.IsCancellationRequested)
            {
                var pause = Quarantine.PauseAfter(attempt);
                Log.NotDone(_logger, e, pause.TotalSeconds);
                await Task.Delay(pause, _context.Time, _stop.Token);
            }
        }
    }

    private static void Observe(Task task) =>
        _ = task.ContinueWith(static done => done.Exception, CancellationToken.None, TaskContinuationOptions.OnlyOnFaulted, TaskScheduler.Default);
}
