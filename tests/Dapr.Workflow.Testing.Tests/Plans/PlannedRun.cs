namespace Dapr.Workflow.Testing.Tests.Plans;

/// <summary>What is done to a planned workflow from outside.</summary>
internal enum PlanControl
{
    /// <summary>Nothing but its events.</summary>
    None,

    /// <summary>It is suspended for a while.</summary>
    Suspended,

    /// <summary>It is terminated, unless it has ended before.</summary>
    Terminated,

    /// <summary>It is purged once it has ended.</summary>
    Purged,
}

/// <summary>A workflow of a random run: its plan, what is done to it, and when (milliseconds).</summary>
internal sealed record PlannedRun(string Id, Plan Plan, PlanControl Control, int First, int Second)
{
    /// <summary>The app whose workflow it is.</summary>
    public string App { get; init; } = WorkflowSimulation.App;

    /// <summary>The output of a workflow that was terminated.</summary>
    public const string Stopped = "stopped";

    public static PlannedRun Next(string id, PlanSource source, Random random) =>
        new(id, source.Next(), random.Next(8) switch { 0 or 1 => PlanControl.Suspended, 2 => PlanControl.Terminated, 3 => PlanControl.Purged, _ => PlanControl.None }, random.Next(4_000), random.Next(2_000));

    /// <summary>Starts it, does all that is to be done to it, and waits for its end.</summary>
    public async Task<PlanEnd> RunAsync(SimulatedWorkflows apps, WorkflowSimulation simulation)
    {
        var workflows = apps.Of(App);
        await workflows.StartAsync(nameof(PlanWorkflow), Id, new PlanRun(Plan));
        await Task.WhenAll(RaiseAsync(workflows), ControlAsync(workflows, simulation));
        var end = await PlanEnd.OfAsync(workflows, Id);
        if (Control == PlanControl.Purged)
        {
            await workflows.PurgeAsync(Id);
        }

        return end;
    }

    /// <summary>Why it may not end so; null when it may.</summary>
    public string? Problem(PlanEnd end) =>
        end == PlanEnd.Of(Plan) || (Control == PlanControl.Terminated && end == new PlanEnd(WorkflowRuntimeStatus.Terminated, Stopped))
            ? null
            : $"{this} ends with {end} instead of {Plan.Result()}";

    private async Task RaiseAsync(SimulatedWorkflows workflows)
    {
        foreach (var name in Plan.Events())
        {
            await workflows.PauseAsync(TimeSpan.FromMilliseconds(First % 700));
            await workflows.RaiseEventAsync(Id, name, Plan.Payload(name));
        }
    }

    private async Task ControlAsync(SimulatedWorkflows workflows, WorkflowSimulation simulation)
    {
        switch (Control)
        {
            case PlanControl.Suspended:
                await SuspendAsync(workflows, simulation);
                break;
            case PlanControl.Terminated:
                await workflows.PauseAsync(TimeSpan.FromMilliseconds(First));
                await workflows.TerminateAsync(Id, Stopped);
                break;
            default:
                break;
        }
    }

    private async Task SuspendAsync(SimulatedWorkflows workflows, WorkflowSimulation simulation)
    {
        await workflows.PauseAsync(TimeSpan.FromMilliseconds(First));
        await workflows.SuspendAsync(Id);
        var before = simulation.History(Id, App);
        var status = (await workflows.GetAsync(Id)).RuntimeStatus;
        await workflows.PauseAsync(TimeSpan.FromMilliseconds(Second));
        simulation.History(Id, App).ToJson().Should().Be(before.ToJson(), "{0} is {1}", Id, status);
        await workflows.ResumeAsync(Id);
    }
}
