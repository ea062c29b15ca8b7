using System.Globalization;
using Dapr.Workflow.Testing.Scheduling;
using Sidecar.Workflows.Engine;

namespace Dapr.Workflow.Testing.Processes;

/// <summary>What outlives the processes of the apps: their data, the clock, the client. All chance in it comes from the seed.</summary>
internal sealed class SimulatedWorld
{
    private readonly SortedDictionary<string, SimulatedApp> _apps = new(StringComparer.Ordinal);
    private readonly Lazy<AppCode> _app;
    private int _ids;

    public SimulatedWorld(int seed, Func<TimeProvider, AppCode> app)
    {
        Random = new Random(seed);
        _app = new Lazy<AppCode>(() => app(Time));
        Add(WorkflowSimulation.App);
    }

    public Random Random { get; }

    /// <summary>What all apps run.</summary>
    public AppCode Code => _app.Value;

    public IReadOnlyCollection<SimulatedApp> Apps => _apps.Values;

    /// <summary>The engines of the run.</summary>
    public WorkflowPeers Peers { get; } = new();

    public VirtualTime Time { get; } = new(WorkflowSimulation.Start);

    public List<string> Trace { get; } = [];

    public List<string> Violations { get; } = [];

    public bool HasLatency { get; set; }

    public SimulationFaults Faults { get; set; } = SimulationFaults.None;

    public Disturbance? Disturbance { get; set; }

    public int Commits { get; private set; }

    public void Add(string app) => _apps.Add(app, new SimulatedApp(this, app));

    public SimulatedApp Of(string app) => _apps[app];

    public void Run(Func<SimulatedWorkflows, Task> client)
    {
        var scheduler = new SimulationScheduler(Random, Time);
        scheduler.Run(async () =>
        {
            var running = client(new SimulatedWorkflows(Of(WorkflowSimulation.App)));
            await Task.WhenAll(Apps.Select(app => app.LiveAsync(running, scheduler)));
            await running;
        });
    }

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
}
