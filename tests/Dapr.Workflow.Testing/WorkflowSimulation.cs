using Dapr.Workflow.Testing.Histories;
using Dapr.Workflow.Testing.Processes;
using Microsoft.Extensions.DependencyInjection;

namespace Dapr.Workflow.Testing;

/// <summary>
/// An app's workflows in virtual time, and those of other apps that it calls: the engine of the sidecar and the worker of the SDK with the app's own code, on the calling thread. Years pass in
/// milliseconds, and a seed decides everything that is left to chance, so that the same seed gives the same run. Processes may die; the data stay.
/// Activities run on this thread too: they may await each other's tasks and timers of <see cref="Time"/>, and nothing that leaves the thread.
/// </summary>
public sealed class WorkflowSimulation
{
    private readonly SimulatedWorld _world;

    /// <summary>Prepares an app.</summary>
    /// <param name="register">Its workflows and activities. Of several registrations of a name the first counts: scripted activities come first.</param>
    /// <param name="seed">Decides all that is left to chance.</param>
    public WorkflowSimulation(Action<WorkflowRuntimeOptions> register, int seed = 1)
    {
        _world = new SimulatedWorld(seed, time => new AppCode(register, Services, time));
    }

    /// <summary>The app that is simulated, as others call it.</summary>
    public const string App = "app";

    /// <summary>When simulations begin.</summary>
    public static DateTimeOffset Start { get; } = new(2030, 1, 1, 0, 0, 0, TimeSpan.Zero);

    /// <summary>Services that the app's activities need. <see cref="TimeProvider"/> is there: the clock of the simulation.</summary>
    public Action<IServiceCollection>? Services { get; init; }

    /// <summary>More apps of the same run, each with data and processes of its own and the same code; default: none.</summary>
    public IReadOnlyList<string> OtherApps { get; init { field = value; value.ToList().ForEach(_world.Add); } } = [];

    /// <summary>Whether commits, calls and answers take a time drawn from the seed, so that everything overtakes everything; default: they take none.</summary>
    public bool HasLatency { get => _world.HasLatency; init => _world.HasLatency = value; }

    /// <summary>What goes wrong by chance; default: nothing.</summary>
    public SimulationFaults Faults { get => _world.Faults; init => _world.Faults = value; }

    /// <summary>The one commit that goes wrong; default: none.</summary>
    public Disturbance? Disturbance { get => _world.Disturbance; init => _world.Disturbance = value; }

    /// <summary>The clock. It stands still while anything can be done, and then moves to the next timer.</summary>
    public TimeProvider Time => _world.Time;

    /// <summary>What happened, in order.</summary>
    public IReadOnlyList<string> Trace => _world.Trace;

    /// <summary>How many commits there were.</summary>
    public int Commits => _world.Commits;

    /// <summary>How many processes there were, of all apps.</summary>
    public int Processes => _world.Apps.Sum(app => app.Processes);

    /// <summary>What the engine handed out although it may not: activities that the store does not hold as open, because they are too early or done.</summary>
    public IReadOnlyList<string> Violations => _world.Violations;

    /// <summary>The ids of all instances.</summary>
    public IReadOnlyList<string> Instances => InstancesOf(App);

    /// <summary>Rows of work that the store still holds: activities, timers and events that nobody has taken. None may be left of instances that have ended.</summary>
    public int OpenWork => _world.Apps.Sum(app => app.Data.Runs.Values.Sum(run => run.Tasks.Count + run.Inbox.Count) + app.Data.Timers.InOrder.Count());

    /// <summary>The ids of all instances of an app.</summary>
    public IReadOnlyList<string> InstancesOf(string app) => [.. _world.Of(app).Data.Instances.Keys];

    /// <summary>What has not ended, in words: instances, and rows of work.</summary>
    public IReadOnlyList<string> Unfinished => [.. _world.Apps.SelectMany(app => app.Unfinished())];

    /// <summary>Runs what a client of the workflows does, until it is done. May be called again: the data stay.</summary>
    public void Run(Func<SimulatedWorkflows, Task> client) => _world.Run(client);

    /// <inheritdoc cref="Run(Func{SimulatedWorkflows, Task})"/>
    public T Run<T>(Func<SimulatedWorkflows, Task<T>> client)
    {
        T result = default!;
        _world.Run(async workflows => result = await client(workflows));
        return result;
    }

    /// <summary>The history of an instance's present run.</summary>
    public WorkflowHistory History(string instanceId, string app = App) => WorkflowHistory.Of(_world.Of(app).Data, instanceId);
}
