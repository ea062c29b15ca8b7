using Dapr.Workflow.Testing.Tests.Plans;
using Xunit.Abstractions;

namespace Dapr.Workflow.Testing.Tests;

/// <summary>
/// Random workflows of two apps that call each other's activities and workflows, whose instances have the same ids, and which die at different times. A
/// failure names its seed; <c>SIMULATION_SEED</c> repeats it.
/// </summary>
public sealed class RandomAppsTests(ITestOutputHelper output)
{
    private const string Other = "bank";
    private const int PerSeed = 20;
    private const int Seeds = 150;
    private static readonly string[] Apps = [WorkflowSimulation.App, Other];

    [Fact]
    [Trait("Speed", "Slow")]
    public void Run_RandomWorkflowsAndFaultsOfTwoApps_EveryOneEndsWithItsResultAndItsEffects() => new RandomSeeds(output, TryRun).Check(Seeds);

    /// <summary>A message and a purge that waited for ever for an engine that stopped while it was asked.</summary>
    [Theory]
    [InlineData(293057027)]
    [InlineData(293057073)]
    public void Run_SeedThatFoundADefect_StaysMended(int seed) => TryRun(seed).Problem.Should().BeNull();

    [Fact]
    public void Run_SameSeedWithTwoApps_SameThingsInTheSameOrder() => TryRun(7).Trace.Should().Equal(TryRun(7).Trace);

    private static (string? Problem, IReadOnlyList<string> Trace) TryRun(int seed)
    {
        var random = new Random(seed);
        var source = new PlanSource(random, Apps);
        var runs = Enumerable.Range(0, PerSeed).Select(i => PlannedRun.Next($"w{i / 2}", source, random) with { App = Apps[i % 2] }).ToList();
        var app = new PlanApp();
        var simulation = new WorkflowSimulation(app.Register, seed) { HasLatency = true, Faults = SimulationFaults.Some with { Deaths = random.Next(5) }, OtherApps = [Other] };
        try
        {
            var ends = simulation.Run(async workflows =>
            {
                var ends = await Task.WhenAll(runs.Select(run => run.RunAsync(workflows, simulation)));
                await SettleAsync(workflows, simulation);
                return ends;
            });
            return (Problem(runs, ends, simulation, app), simulation.Trace);
        }
        catch (Exception e) when (e is TimeoutException or InvalidOperationException or Xunit.Sdk.XunitException)
        {
            return ($"{e.Message} Left: {string.Join("; ", simulation.Unfinished)}", simulation.Trace);
        }
    }

    // Messages that are on their way, and the children of those that were terminated, may take a moment longer.
    private static async Task SettleAsync(SimulatedWorkflows workflows, WorkflowSimulation simulation)
    {
        for (var seconds = 0; simulation.OpenWork > 0 && seconds < 600; seconds++)
        {
            await workflows.PauseAsync(TimeSpan.FromSeconds(1));
        }

        foreach (var app in Apps.Select(workflows.Of))
        {
            foreach (var id in await app.ListAsync())
            {
                await app.WaitAsync(id);
            }
        }
    }

    private static string? Problem(List<PlannedRun> runs, IReadOnlyList<PlanEnd> ends, WorkflowSimulation simulation, PlanApp app)
    {
        var certain = runs.Zip(ends).Where(pair => pair.Second.Status == WorkflowRuntimeStatus.Completed).SelectMany(pair => pair.First.Plan.Effects());

        // A child whose app is absent when its parent is purged stays.
        var left = runs.Where(run => run.Control == PlanControl.Purged && simulation.InstancesOf(run.App).Contains(run.Id));
        return runs.Zip(ends, (run, end) => run.Problem(end)).FirstOrDefault(problem => problem is not null)
            ?? (simulation.Violations.Count > 0 ? $"handed out: {string.Join("; ", simulation.Violations)}"
            : simulation.OpenWork > 0 ? $"work is left: {string.Join("; ", simulation.Unfinished)}"
            : left.FirstOrDefault() is { } run ? $"{run} was purged, and is there"
            : !app.Effects.IsSupersetOf(certain) || !app.Effects.IsSubsetOf(runs.SelectMany(run => run.Plan.Effects())) ? $"the effects are {string.Join(", ", app.Effects)}"
            : null);
    }
}
