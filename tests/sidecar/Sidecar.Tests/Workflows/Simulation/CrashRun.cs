using Dapr.DurableTask.Protobuf;
using Sidecar.Workflows.Store;

namespace Sidecar.Tests.Workflows.Simulation;

/// <summary>One workflow from start to end, with at most one disturbance: at commit number <paramref name="at"/>, of the kind <paramref name="fate"/>.</summary>
internal sealed class CrashRun(Plan plan, int at = 0, CommitFate fate = CommitFate.Stored)
{
    private SimulatedWorld _world = null!;

    /// <summary>Commits in all processes.</summary>
    public int Commits { get; private set; }

    /// <summary>Processes there were.</summary>
    public int Processes { get; private set; }

    public WorkflowState State { get; private set; } = new();

    public SimulatedApp App => _world.App;

    /// <summary>What the histories hold, apart from turns and events from outside: how many turns there are is no matter of the workflow, and a client repeats what was not confirmed.</summary>
    public IReadOnlyList<string> History { get; private set; } = [];

    /// <summary>Events in all histories.</summary>
    public int Events { get; private set; }

    /// <summary>Activities and timers that are left open.</summary>
    public int LeftOver { get; private set; }

    public CrashRun Run()
    {
        _world = new SimulatedWorld(seed: 1) { Fate = () => ++Commits == at ? fate : CommitFate.Stored };
        var client = new SimulatedClient(_world, [SimulatedInstance.Of("order", plan)]);
        _world.Run(async () =>
        {
            do
            {
                Processes++;
            }
            while (!await _world.LiveAsync(async engine =>
            {
                await client.StartAsync(engine);
                State = (await client.WaitAsync(engine))[0];
            }));
        });
        Read(_world.Data);
        return this;
    }

    private void Read(InMemoryWorkflowData data)
    {
        var events = data.Instances.Values
            .SelectMany(row => data.Runs[row.InstanceId].History.Values.SelectMany(HistoryChunk.Unpack).Select(e => (row.InstanceId, Event: e)))
            .ToList();
        Events = events.Count;
        History = [.. events
            .Where(each => each.Event is { WorkflowStarted: null, EventRaised: null })
            .Select(each => $"{each.InstanceId} {each.Event.EventTypeCase} {Number(each.Event)}")
            .Order(StringComparer.Ordinal)];
        LeftOver = data.Runs.Values.Sum(run => run.Tasks.Count) + data.Timers.InOrder.Count();
    }

    private static int Number(HistoryEvent e) =>
        e.TaskCompleted?.TaskScheduledId ?? e.TaskFailed?.TaskScheduledId ?? e.TimerFired?.TimerId ?? e.ChildWorkflowInstanceCompleted?.TaskScheduledId ?? e.EventId;
}
