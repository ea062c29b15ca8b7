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
    private readonly SimulatedApp _app;
    private readonly WorkflowEngine _engine;
    private readonly SimulatedStore _store;
    private readonly Task _worker;

    private SimulatedProcess(SimulatedApp app, WorkflowEngine engine, SimulatedStore store)
    {
        _app = app;
        _engine = engine;
        _store = store;
        Operations = new WorkflowOperations(engine);
        _worker = new SimulatedWorker(app, new WorkerOperations(engine), store).ServeAsync(_end.Token);
    }

    /// <summary>What clients do.</summary>
    public WorkflowOperations Operations { get; }

    /// <summary>Completes when a commit's fate has killed the process.</summary>
    public Task Died => _store.Died;

    public static async Task<SimulatedProcess> StartAsync(SimulatedApp app, TaskScheduler scheduler)
    {
        var world = app.World;
        var store = new SimulatedStore(app);
        var environment = new EngineEnvironment(world.Time, new Tracing(new ConfigurationSpec(), []), NullLogger.Instance)
        {
            NewId = world.NewId,
            Peers = world.Peers,
            Scheduler = scheduler,
            Completion = TaskCreationOptions.None,
        };

        // In every other process what waits leaves memory at once and is read again from the store.
        var options = new WorkflowOptions { TurnLease = TimeSpan.FromSeconds(10), ActivityLease = TimeSpan.FromSeconds(10), MaxIdle = world.Random.Next(2) == 0 ? 0 : 1_000 };
        return new SimulatedProcess(app, await WorkflowEngine.StartAsync(store, app.Name, options, environment, default), store);
    }

    /// <summary>Dies, unless it has died.</summary>
    public async Task EndAsync()
    {
        _app.Record("the process dies");
        await _store.CrashAsync();
        End();
        await _engine.DisposeAsync();
        await _worker.ContinueWith(static _ => { }, CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Current);
        _end.Dispose();
    }

    // On this thread: whatever is cancelled goes on in the simulation.
    private void End() => _end.Cancel();
}
