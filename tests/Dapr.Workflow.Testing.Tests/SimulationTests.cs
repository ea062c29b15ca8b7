using Dapr.Workflow.Testing.Tests.Plans;

namespace Dapr.Workflow.Testing.Tests;

/// <summary>The engine under a scheduler, a clock and a store that belong to the test: nothing in it escapes them.</summary>
public sealed class SimulationTests
{
    private static readonly Plan[] Mixed =
    [
        new(PlanKind.Series, Items: [.. Steps("chain", 6)]),
        new(PlanKind.Parallel, Items: [.. Steps("fan", 12)]),
        new(PlanKind.Timer, Number: 700),
        new(PlanKind.Child, "child", Items: [new Plan(PlanKind.Activity, "in child")]),
        new(PlanKind.Series, Items: [.. Steps("short", 3)]),
    ];

    [Fact]
    public void Run_SameSeed_SameThingsInTheSameOrder()
    {
        var first = Run(42);

        Run(42).Trace.Should().Equal(first.Trace);
        Run(43).Trace.Should().NotEqual(first.Trace);
        first.Trace.Count(line => line.EndsWith("dies", StringComparison.Ordinal)).Should().Be(first.Processes).And.BeGreaterThan(1);
    }

    [Theory]
    [InlineData(1_000)]
    [InlineData(2_000)]
    public void Run_ProcessesDieAndAnswersAreLost_EveryWorkflowEndsAsItShould(int from)
    {
        for (var seed = from; seed < from + 20; seed++)
        {
            Run(seed).Violations.Should().BeEmpty("seed {0} decides everything", seed);
        }
    }

    private static IEnumerable<Plan> Steps(string name, int count) => Enumerable.Range(0, count).Select(i => new Plan(PlanKind.Activity, $"{name}{i}"));

    private static WorkflowSimulation Run(int seed)
    {
        var app = new PlanApp();
        var simulation = new WorkflowSimulation(app.Register, seed) { HasLatency = true, Faults = SimulationFaults.Some };
        var runs = Mixed.Select((plan, i) => new PlannedRun($"w{i}", plan, PlanControl.None, 0, 0));
        var ends = simulation.Run(workflows => Task.WhenAll(runs.Select(run => run.RunAsync(workflows, simulation))));
        ends.Should().Equal(Mixed.Select(PlanEnd.Of), "seed {0} decides everything", seed);
        app.Effects.Should().BeEquivalentTo(Mixed.SelectMany(plan => plan.Effects()), "seed {0} decides everything", seed);
        return simulation;
    }
}
