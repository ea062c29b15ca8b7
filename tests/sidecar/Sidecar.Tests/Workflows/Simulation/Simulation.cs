using Dapr.DurableTask.Protobuf;

namespace Sidecar.Tests.Workflows.Simulation;

/// <summary>
/// A whole life of an app's workflows in virtual time, drawn from a seed: processes come and die, workers lose answers and repeat them,
/// the store refuses commits or is sent them twice.
/// </summary>
internal sealed class Simulation
{
    private readonly SimulatedWorld _world;

    public Simulation(int seed)
    {
        _world = new SimulatedWorld(seed) { Faults = 0.1, Fate = Fate };
    }

    /// <summary>What happened, in order.</summary>
    public IReadOnlyList<string> Trace => _world.Trace;

    /// <summary>The app and what its activities did.</summary>
    public SimulatedApp App => _world.App;

    /// <summary>How many processes die before the last one finishes the work.</summary>
    public int Crashes { get; init; } = 3;

    /// <summary>How often a commit is refused, and how often it is applied twice.</summary>
    public double StoreFaults { get; init; } = 0.01;

    /// <summary>Starts the given workflows (name, input) as w0, w1, ..., lets everything happen, and returns their states in the end.</summary>
    public IReadOnlyList<WorkflowState> Run(params (string Workflow, string Input)[] workflows) =>
        Run([.. workflows.Select((each, i) => new SimulatedInstance($"w{i}", each.Workflow, each.Input, []))]);

    /// <summary>Starts the given workflows, lets everything happen, and returns their states in the end.</summary>
    public IReadOnlyList<WorkflowState> Run(IReadOnlyList<SimulatedInstance> instances)
    {
        IReadOnlyList<WorkflowState> states = [];
        var client = new SimulatedClient(_world, instances);
        _world.Run(async () =>
        {
            for (var crash = 0; crash < Crashes; crash++)
            {
                await _world.LiveAsync(async engine =>
                {
                    await Task.WhenAny(client.StartAsync(engine), _world.PauseAsync(_world.Random.Next(20, 2_000)));
                    await _world.PauseAsync(_world.Random.Next(0, 300));
                });
            }

            await _world.LiveAsync(async engine =>
            {
                await client.StartAsync(engine);
                states = await client.WaitAsync(engine);
            });
        });
        return states;
    }

    private CommitFate Fate()
    {
        var chance = _world.Random.NextDouble();
        return chance < StoreFaults ? CommitFate.Refused : chance < 2 * StoreFaults ? CommitFate.StoredTwice : CommitFate.Stored;
    }
}
