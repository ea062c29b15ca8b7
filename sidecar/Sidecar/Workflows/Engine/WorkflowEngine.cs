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
        _context = context = context with { Stopped = _stop.Token, Suspect = Suspect };
        _logger = context.Environment.Logger;
        Dispatcher = new WorkDispatcher(context);
        Waiters = new StatusWaiters(context);
        _directory = new InstanceDirectory(store, context, Loaded, _stop.Token);
        _timers = new TimerScheduler(store, context.Environment, FireAsync);
        _peers = new PeerWaits(context, _stop.Token);
        _mail = new OutgoingMail(context, store, _peers, CommitAloneAsync, RetryAsync, _stop.Token);
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
        environment.Peers.Join(engine);
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

    /// <summary>
    /// Changes an instance and returns when the change is durable; <paramref name="change"/> runs under the gate. When it finds nothing to do, that
    /// may be because of steps which are not durable yet, and is waited for as well; unless <paramref name="nothingIsDurable"/>.
    /// </summary>
    public async Task<T> ChangeAsync<T>(string instanceId, Func<WorkflowInstance, (T Result, Step? Step)> change, CancellationToken cancellationToken, bool nothingIsDurable = false)
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
                durable = step is not null ? Commit(instance, step) : nothingIsDurable ? Task.CompletedTask : instance.LastStep;
                EnqueueTurn(instance);
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

        return _directory.FindHead(instanceId) ?? await _store.FindAsync(instanceId, cancellationToken);
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
}
