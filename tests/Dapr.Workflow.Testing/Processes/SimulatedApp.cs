using Dapr.DurableTask.Protobuf;
using Sidecar.Workflows.Engine;
using Sidecar.Workflows.Store;

namespace Dapr.Workflow.Testing.Processes;

/// <summary>An app of the simulation: its data, and its processes, one after the other.</summary>
internal sealed class SimulatedApp(SimulatedWorld world, string name)
{
    private TaskCompletionSource<SimulatedProcess> _living = new();

    public SimulatedWorld World { get; } = world;

    public string Name { get; } = name;

    public InMemoryWorkflowData Data { get; } = new();

    public int Processes { get; private set; }

    /// <summary>The process that lives, once there is one.</summary>
    public Task<SimulatedProcess> ProcessAsync() => _living.Task;

    public void Record(string what) => World.Record(Name == WorkflowSimulation.App ? what : $"{Name}: {what}");

    /// <summary>Instances that have not ended, and rows of work, in words.</summary>
    public IEnumerable<string> Unfinished() =>
    [
        .. Data.Instances.Values.Where(row => !Events.IsFinal(row.Status)).Select(row => $"{Name}/{row.InstanceId} is {row.Status}"),
        .. Data.Runs.SelectMany(run => run.Value.Tasks.Keys.Select(key => $"{Name}/{run.Key} has activity #{key.TaskId}")),
        .. Data.Runs.SelectMany(run => run.Value.Inbox.Values.Select(row => $"{Name}/{run.Key} gets {HistoryEvent.Parser.ParseFrom(row.Event).EventTypeCase}")),
        .. Data.Timers.InOrder.Select(timer => $"{Name}/{timer.InstanceId} has timer #{timer.TimerId}"),
    ];

    /// <summary>One process after the other, until the client has what it wants.</summary>
    public async Task LiveAsync(Task client, TaskScheduler scheduler)
    {
        while (!client.IsCompleted)
        {
            Processes++;
            var process = await SimulatedProcess.StartAsync(this, scheduler);
            _living.SetResult(process);
            await Task.WhenAny(client, process.Died, Processes <= World.Faults.Deaths ? Task.Delay(TimeSpan.FromMilliseconds(World.Random.Next(20, 2_300)), World.Time) : process.Died);
            _living = new TaskCompletionSource<SimulatedProcess>();
            await process.EndAsync();
        }
    }
}
