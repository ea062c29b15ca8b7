using System.Globalization;
using Dapr.Workflow.Testing.Scheduling;
using Sidecar.Workflows.Store;

namespace Dapr.Workflow.Testing.Processes;

/// <summary>What outlives the processes of an app: its data, the clock, the client. All chance in it comes from the seed.</summary>
internal sealed class SimulatedWorld
{
    private TaskCompletionSource<SimulatedProcess> _living = new();
    private readonly Lazy<AppCode> _app;
    private int _ids;

    public SimulatedWorld(int seed, Func<TimeProvider, AppCode> app)
    {
        Random = new Random(seed);
        _app = new Lazy<AppCode>(() => app(Time));
    }

    public Random Random { get; }

    public AppCode App => _app.Value;

    public VirtualTime Time { get; } = new(WorkflowSimulation.Start);

    public InMemoryWorkflowData Data { get; } = new();

    public List<string> Trace { get; } = [];

    public List<string> Violations { get; } = [];

    public bool HasLatency { get; set; }

    public SimulationFaults Faults { get; set; } = SimulationFaults.None;

    public Disturbance? Disturbance { get; set; }

    public int Commits { get; private set; }

    public int Processes { get; private set; }

    public void Run(Func<SimulatedWorkflows, Task> client)
    {
        var scheduler = new SimulationScheduler(Random, Time);
        scheduler.Run(async () =>
        {
            var running = client(new SimulatedWorkflows(this));
            await LiveAsync(running, scheduler);
            await running;
        });
    }

    /// <summary>The process that lives, once there is one.</summary>
    public Task<SimulatedProcess> ProcessAsync() => _living.Task;

    public void Record(string what) => Trace.Add($"{Time.GetUtcNow():ss.fff} {what}");

    public string NewId() => (++_ids).ToString("x8", CultureInfo.InvariantCulture);

    public bool Happens(double probability) => probability > 0 && Random.NextDouble() < probability;

    /// <summary>Lets some time go by; without latency, lets the others go on.</summary>
    public async Task PauseAsync(int from, int to, CancellationToken cancellation = default)
    {
        if (HasLatency)
        {
            await Task.Delay(TimeSpan.FromMilliseconds(Random.Next(from, to)), Time, cancellation);
        }
        else
        {
            await Task.Yield();
        }
    }

    /// <summary>What becomes of the next commit.</summary>
    public CommitFate NextFate()
    {
        if (++Commits == Disturbance?.Commit)
        {
            return Disturbance.Fate;
        }

        var chance = Faults.Commits > 0 ? Random.NextDouble() : 1;
        return chance < Faults.Commits ? CommitFate.Refused : chance < 2 * Faults.Commits ? CommitFate.StoredTwice : CommitFate.Stored;
    }

    // One process after the other, until the client has what it wants.
    private async Task LiveAsync(Task client, TaskScheduler scheduler)
    {
        while (!client.IsCompleted)
        {
            Processes++;
            var process = await SimulatedProcess.StartAsync(this, scheduler);
            _living.SetResult(process);
            await Task.WhenAny(client, process.Died, Processes <= Faults.Deaths ? Task.Delay(TimeSpan.FromMilliseconds(Random.Next(20, 2_300)), Time) : process.Died);
            _living = new TaskCompletionSource<SimulatedProcess>();
            await process.EndAsync();
        }
    }
}
