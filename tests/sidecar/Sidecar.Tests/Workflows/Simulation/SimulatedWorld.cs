using System.Globalization;
using Microsoft.Extensions.Logging.Abstractions;
using Sidecar.Components;
using Sidecar.Telemetry;
using Sidecar.Workflows;
using Sidecar.Workflows.Engine;
using Sidecar.Workflows.Store;

namespace Sidecar.Tests.Workflows.Simulation;

/// <summary>What outlives the processes of an app: its data, the effects of its activities, the clock. All chance in it comes from the seed.</summary>
internal sealed class SimulatedWorld
{
    private readonly SimulationScheduler _scheduler;
    private int _ids;

    public SimulatedWorld(int seed)
    {
        Random = new Random(seed);
        _scheduler = new SimulationScheduler(Random, Time);
        App = new SimulatedApp(Data);
    }

    public Random Random { get; }

    public VirtualTime Time { get; } = new(new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero));

    public InMemoryWorkflowData Data { get; } = new();

    public SimulatedApp App { get; }

    /// <summary>What happened, in order.</summary>
    public List<string> Trace { get; } = [];

    /// <summary>How often a worker loses an answer or sends it again.</summary>
    public double Faults { get; init; }

    /// <summary>Decides what becomes of the next commit.</summary>
    public Func<CommitFate> Fate { get; init; } = static () => CommitFate.Stored;

    /// <summary>Runs until the given work has ended.</summary>
    public void Run(Func<Task> work) => _scheduler.Run(work);

    public void Record(string what) => Trace.Add($"{Time.GetUtcNow():ss.fff} {what}");

    public async Task PauseAsync(int milliseconds) => await Task.Delay(TimeSpan.FromMilliseconds(milliseconds), Time);

    /// <summary>A process comes, lives until <paramref name="life"/> has ended or a commit's fate kills it, and dies. True when it lived to the end.</summary>
    public async Task<bool> LiveAsync(Func<WorkflowEngine, Task> life)
    {
        var store = new SimulatedStore(Data, Random, Time)
        {
            Fate = Fate,
            Durable = commit => Record($"commit {commit.Rows}"),
            Refused = commit => Record($"refused {commit.Rows}"),
        };
        var environment = new EngineEnvironment(Time, new Tracing(new ConfigurationSpec(), []), NullLogger.Instance)
        {
            NewId = () => (++_ids).ToString("x8", CultureInfo.InvariantCulture),
            Scheduler = _scheduler,
            Completion = TaskCreationOptions.None,
        };
        var options = new WorkflowOptions { TurnLease = TimeSpan.FromSeconds(10), ActivityLease = TimeSpan.FromSeconds(10) };
        var engine = await WorkflowEngine.StartAsync(store, "app", options, environment, default);
        using var process = new CancellationTokenSource();
        var worker = new SimulatedWorker(App, new WorkerOperations(engine), store, this).ServeAsync(process.Token);
        var living = life(engine);
        var ended = await Task.WhenAny(living, store.Died) == living;
        Record("the process dies");
        await store.CrashAsync();
        End(process);
        await engine.DisposeAsync();
        await worker.ContinueWith(static _ => { }, CancellationToken.None, TaskContinuationOptions.None, _scheduler);
        if (ended)
        {
            await living;
        }

        return ended;
    }

    // On this thread: whatever is cancelled goes on in the simulation.
    private static void End(CancellationTokenSource source) => source.Cancel();
}
