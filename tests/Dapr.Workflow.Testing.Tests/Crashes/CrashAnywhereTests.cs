using Dapr.Workflow.Testing.Tests.Plans;
using Xunit.Abstractions;

namespace Dapr.Workflow.Testing.Tests.Crashes;

/// <summary>
/// Each kind of workflow is disturbed at every one of its commits in turn, and every event of a history becomes durable by a commit: so
/// there is no moment at which a process could die, or lose its store, that is not tried.
/// </summary>
public sealed class CrashAnywhereTests(ITestOutputHelper output)
{
    private static readonly Plan Item = new(PlanKind.Activity, "pick");

    private static readonly Dictionary<string, Plan> Plans = new(StringComparer.Ordinal)
    {
        ["series"] = new(PlanKind.Series, Items: [new(PlanKind.Activity, "a"), new(PlanKind.Activity, "b"), new(PlanKind.Activity, "c"), new(PlanKind.Activity, "d")]),
        ["parallel"] = new(PlanKind.Parallel, Items: [.. Enumerable.Range(0, 6).Select(i => new Plan(PlanKind.Activity, $"p{i}"))]),
        ["retries"] = new(PlanKind.Series, Items: [new(PlanKind.Retries, "pay", 3), new(PlanKind.Activity, "ship")]),
        ["timers"] = new(PlanKind.Series, Items: [new(PlanKind.Timer, Number: 500), new(PlanKind.Timeout, "never", 300), new(PlanKind.Parallel, Items: [new(PlanKind.Timer, Number: 200), new(PlanKind.Timer, Number: 100), Item])]),
        ["events"] = new(PlanKind.Series, Items: [new(PlanKind.Event, "first"), Item, new(PlanKind.Parallel, Items: [new(PlanKind.Event, "third"), new(PlanKind.Event, "second")])]),
        ["children"] = new(PlanKind.Parallel, Items:
        [
            new(PlanKind.Child, "left", Items: [new(PlanKind.Series, Items: [Item, new(PlanKind.Timer, Number: 100)])]),
            new(PlanKind.Child, "right", Items: [new(PlanKind.Child, "deep", Items: [new(PlanKind.Activity, "pack")])]),
        ]),
        ["continue-as-new"] = new(PlanKind.Again, Number: 3, Items: [new(PlanKind.Series, Items: [Item, new(PlanKind.Event, "go"), new(PlanKind.Timer, Number: 50)])]),
        ["compensation"] = new(PlanKind.Compensation, "confirm", Items: [new(PlanKind.Activity, "reserve"), new(PlanKind.Activity, "charge")]),
    };

    public static TheoryData<string> Kinds => [.. Plans.Keys];

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Run_DisturbedAtEveryCommit_ComesToTheSameWithEveryEffectOnce(string kind)
    {
        var plan = Plans[kind];
        var undisturbed = new CrashRun(plan);
        undisturbed.End.Should().Be(PlanEnd.Of(plan));
        undisturbed.Simulation.Processes.Should().Be(1);

        var runs = 0;
        foreach (var disturbance in Disturbance.Everywhere(undisturbed.Simulation.Commits))
        {
            Check(new CrashRun(plan, disturbance), undisturbed, plan, $"{disturbance}");
            runs++;
        }

        output.WriteLine($"{kind}: {undisturbed.Simulation.Commits} commits, {undisturbed.Events} events of history, {runs} disturbed runs");
    }

    private static void Check(CrashRun run, CrashRun undisturbed, Plan plan, string because)
    {
        run.End.Should().Be(undisturbed.End, because);
        run.Effects.Should().BeEquivalentTo(plan.Effects(), because);
        run.History.Should().Equal(undisturbed.History, because);
        run.Simulation.Violations.Should().BeEmpty(because);
        run.Simulation.OpenWork.Should().Be(0, because);
        run.Simulation.Processes.Should().Be(run.Simulation.Disturbance!.IsDeadly ? 2 : 1, because);
    }
}
