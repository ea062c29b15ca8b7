using Dapr.Workflow.Testing.Tests.Plans;
using Xunit.Abstractions;

namespace Dapr.Workflow.Testing.Tests;

/// <summary>
/// Thousands of workflows that nobody thought of, with faults that nobody thought of. Each run begins at another seed; <c>SIMULATION_SEED</c>
/// repeats one exactly, with all that happened in the test's output.
/// </summary>
public sealed class RandomWorkflowTests(ITestOutputHelper output)
{
    private const int Workflows = 10_000;
    private const int PerSeed = 20;

    [Fact]
    [Trait("Speed", "Slow")]
    public void Run_RandomWorkflowsAndFaults_EveryOneEndsWithItsResultAndItsEffects() => new RandomSeeds(output, TryRun).Check(Workflows / PerSeed);

    /// <summary>
    /// A suspension that was confirmed because the workflow had ended, when the end was not durable yet; a purge that forgot the children when the process died
    /// in between; a start that was handed to a child twice, because what came of it had failed.
    /// </summary>
    [Theory]
    [InlineData(387630003)]
    [InlineData(922871091)]
    [InlineData(68268208)]
    public void Run_SeedThatFoundADefect_StaysMended(int seed) => TryRun(seed).Problem.Should().BeNull();

    [Fact]
    public void Run_SameSeedWithRandomWorkflows_SameThingsInTheSameOrder() => TryRun(7).Trace.Should().Equal(TryRun(7).Trace);

    private static (string? Problem, IReadOnlyList<string> Trace) TryRun(int seed)
    {
        var random = new Random(seed);
        var source = new PlanSource(random);
        var runs = Enumerable.Range(0, PerSeed).Select(i => PlannedRun.Next($"w{i}", source, random)).ToList();
        var app = new PlanApp();
        var simulation = new WorkflowSimulation(app.Register, seed) { HasLatency = true, Faults = SimulationFaults.Some with { Deaths = random.Next(5) } };
        try
        {
            var ends = simulation.Run(async workflows =>
            {
                var ends = await Task.WhenAll(runs.Select(run => run.RunAsync(workflows, simulation)));

                // The children of those that were terminated may take a moment longer.
                foreach (var id in await workflows.ListAsync())
                {
                    await workflows.WaitAsync(id);
                }

                return ends;
            });
            return (Problem(runs, ends, simulation, app), simulation.Trace);
        }
        catch (Exception e) when (e is TimeoutException or InvalidOperationException or Xunit.Sdk.XunitException)
        {
            return (e.Message, simulation.Trace);
        }
    }

    private static string? Problem(List<PlannedRun> runs, IReadOnlyList<PlanEnd> ends, WorkflowSimulation simulation, PlanApp app)
    {
        var certain = runs.Zip(ends).Where(pair => pair.Second.Status == WorkflowRuntimeStatus.Completed).SelectMany(pair => pair.First.Plan.Effects());

        // A run that continued as new knows the children of its present history only, as in Dapr.
        var left = runs.Where(run => run.Control == PlanControl.Purged && run.Plan.Kind != PlanKind.Again).SelectMany(run => simulation.Instances.Where(id => id == run.Id || id.StartsWith(run.Id + "-", StringComparison.Ordinal)));
        return runs.Zip(ends, (run, end) => run.Problem(end)).FirstOrDefault(problem => problem is not null)
            ?? (simulation.Violations.Count > 0 ? $"handed out: {string.Join("; ", simulation.Violations)}"
            : simulation.OpenWork > 0 ? $"{simulation.OpenWork} rows of work are left"
            : left.FirstOrDefault() is { } id ? $"{id} was purged, and is there"
            : !app.Effects.IsSupersetOf(certain) || !app.Effects.IsSubsetOf(runs.SelectMany(run => run.Plan.Effects())) ? $"the effects are {string.Join(", ", app.Effects)}"
            : null);
    }
}
