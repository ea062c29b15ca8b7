using System.Globalization;
using Dapr.DurableTask.Protobuf;
using Microsoft.Extensions.Logging.Abstractions;
using Sidecar.Components;
using Sidecar.Telemetry;
using Sidecar.Workflows;
using Sidecar.Workflows.Engine;
using Sidecar.Workflows.Store;

namespace Sidecar.Tests.Workflows.Simulation;

/// <summary>A whole life of an app's workflows in virtual time, drawn from a seed: processes come and die, workers lose answers and repeat them.</summary>
internal sealed class Simulation(int seed)
{
    private readonly Random _random = new(seed);
    private readonly VirtualTime _time = new(new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero));
    private readonly InMemoryWorkflowData _data = new();
    private int _ids;

    /// <summary>What happened, in order.</summary>
    public List<string> Trace { get; } = [];

    /// <summary>How often a worker loses an answer or sends it again.</summary>
    public double Faults { get; init; } = 0.1;

    /// <summary>How many processes die before the last one finishes the work.</summary>
    public int Crashes { get; init; } = 3;

    /// <summary>Starts the given workflows (name, input), lets everything happen, and returns their states in the end.</summary>
    public IReadOnlyList<WorkflowState> Run(params (string Workflow, string Input)[] workflows)
    {
        var states = new List<WorkflowState>();
        var scheduler = new SimulationScheduler(_random, _time);
        scheduler.Run(async () =>
        {
            for (var crash = 0; crash < Crashes; crash++)
            {
                await LiveAsync(scheduler, async engine =>
                {
                    await Task.WhenAny(CreateAsync(engine, workflows), PauseAsync(_random.Next(20, 2_000)));
                    await PauseAsync(_random.Next(0, 300));
                });
            }

            await LiveAsync(scheduler, async engine =>
            {
                await CreateAsync(engine, workflows);
                for (var i = 0; i < workflows.Length; i++)
                {
                    states.Add(InstanceView.Of((await new WorkflowOperations(engine).WaitForCompletionAsync($"w{i}", CancellationToken.None))!, withPayloads: true));
                }
            });
        });
        return states;
    }

    private static async Task CreateAsync(WorkflowEngine engine, (string Workflow, string Input)[] workflows)
    {
        var operations = new WorkflowOperations(engine);
        for (var i = 0; i < workflows.Length; i++)
        {
            if (await operations.FindAsync($"w{i}", CancellationToken.None) is null)
            {
                await operations.CreateAsync(new CreateInstanceRequest { InstanceId = $"w{i}", Name = workflows[i].Workflow, Input = workflows[i].Input }, CancellationToken.None);
            }
        }
    }

    private async Task PauseAsync(int milliseconds) => await Task.Delay(TimeSpan.FromMilliseconds(milliseconds), _time);

    private async Task LiveAsync(TaskScheduler scheduler, Func<WorkflowEngine, Task> life)
    {
        var store = new SimulatedStore(_data, _random, _time) { Durable = commit => Trace.Add($"{_time.GetUtcNow():ss.fff} commit {commit.Rows}") };
        var environment = new EngineEnvironment(_time, new Tracing(new ConfigurationSpec(), []), NullLogger.Instance)
        {
            NewId = () => (++_ids).ToString("x8", CultureInfo.InvariantCulture),
            Scheduler = scheduler,
            Completion = TaskCreationOptions.None,
        };
        var engine = await WorkflowEngine.StartAsync(store, "app", new WorkflowOptions { TurnLease = TimeSpan.FromSeconds(10), ActivityLease = TimeSpan.FromSeconds(10) }, environment, default);
        using var process = new CancellationTokenSource();
        var worker = new SimulatedWorker(new WorkerOperations(engine), _random, _time, Trace.Add, Faults).ServeAsync(process.Token);
        await life(engine);
        Trace.Add($"{_time.GetUtcNow():ss.fff} the process dies");
        await store.CrashAsync();
        File.AppendAllText("/tmp/dbg.txt", "DBG crash" + "\n");
        End(process);
        File.AppendAllText("/tmp/dbg.txt", "DBG ended" + "\n");
        await engine.DisposeAsync();
        File.AppendAllText("/tmp/dbg.txt", "DBG disposed" + "\n");
        await worker.ContinueWith(static _ => { }, CancellationToken.None, TaskContinuationOptions.None, scheduler);
    }

    private static void End(CancellationTokenSource source) => source.Cancel();
}
