using Microsoft.Extensions.Logging.Abstractions;
using Sidecar.Components;
using Sidecar.Telemetry;
using Sidecar.Workflows;
using Sidecar.Workflows.Engine;

namespace Dapr.Workflow.Testing.Processes;

/// <summary>One life of the app and its sidecar.</summary>
internal sealed class SimulatedProcess
{
    private readonly CancellationTokenSource _end = new();
    private readonly SimulatedWorld _world;
    private readonly WorkflowEngine _engine;
    private readonly SimulatedStore _store;
    private readonly Task _worker;

    private SimulatedProcess(SimulatedWorld world, WorkflowEngine engine, SimulatedStore store)
    {
        _world = world;
        _engine = engine;
        _store = store;
        Operations = new WorkflowOperations(engine);
        _worker = new SimulatedWorker(world, new WorkerOperations(engine), store).ServeAsync(_end.Token);
    }

    /// <summary>What clients do.</summary>
    public WorkflowOperations Operations { get; }

    /// <summary>Completes when a commit's fate has killed the process.</summary>
    public Task Died => _store.Died;

    public static async Task<SimulatedProcess> StartAsync(SimulatedWorld world, TaskScheduler scheduler)
    {
        var store = new SimulatedStore(world);
        var environment = new EngineEnvironment(world.Time, new Tracing(new ConfigurationSpec(), []), NullLogger.Instance)
        {
            NewId = world.NewId,
            Scheduler = scheduler,
            Completion = TaskCreationOptions.None,
        };

        // In every other process what waits leaves memory at once and is read again from the store.
        var options = new WorkflowOptions { TurnLease = TimeSpan.FromSeconds(10), ActivityLease = TimeSpan.FromSeconds(10), MaxIdle = world.Random.Next(2) == 0 ? 0 : 1_000 };
        return new SimulatedProcess(world, await WorkflowEngine.StartAsync(store, "app", options, environment, default), store);
    }

    /// <summary>Dies, unless it has died.</summary>
    public async Task EndAsync()
    {
        _world.Record("the process dies");
        await _store.CrashAsync();
        End();
        await _engine.DisposeAsync();
        await _worker.ContinueWith(static _ => { }, CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Current);
        _end.Dispose();
    }

    // On this thread: whatever is cancelled goes on in the simulation.
    private void End() => _end.Cancel();
}
