using Dapr.Workflow.Testing.Tests.Plans;

namespace Dapr.Workflow.Testing.Tests.Crashes;

/// <summary>One workflow from start to end, with at most one disturbance.</summary>
internal sealed class CrashRun
{
    private readonly PlanApp _app = new();

    public CrashRun(Plan plan, Disturbance? disturbance = null)
    {
        Simulation = new WorkflowSimulation(_app.Register) { HasLatency = true, Disturbance = disturbance };
        End = Simulation.Run(workflows => new PlannedRun("order", plan, PlanControl.None, 0, 0).RunAsync(workflows, Simulation));
    }

    public WorkflowSimulation Simulation { get; }

    public PlanEnd End { get; }

    public IReadOnlySet<string> Effects => _app.Effects;

    /// <summary>What the histories hold, apart from turns and events from outside: how many turns there are is no matter of the workflow, and a client repeats what was not confirmed.</summary>
    public IReadOnlyList<string> History =>
        [.. Simulation.Instances.SelectMany(id => Simulation.History(id).Steps.Select(step => $"{id} {step}")).Order(StringComparer.Ordinal)];

    public int Events => Simulation.Instances.Sum(id => Simulation.History(id).Count);
}
