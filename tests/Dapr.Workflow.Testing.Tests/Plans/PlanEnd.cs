namespace Dapr.Workflow.Testing.Tests.Plans;

/// <summary>How a planned workflow ended.</summary>
internal sealed record PlanEnd(WorkflowRuntimeStatus Status, string? Output, string? Error = null)
{
    public static PlanEnd Of(Plan plan) => new(WorkflowRuntimeStatus.Completed, plan.Result());

    /// <summary>Waits for the end.</summary>
    public static async Task<PlanEnd> OfAsync(SimulatedWorkflows workflows, string id)
    {
        var state = await workflows.WaitAsync(id);
        return state.FailureDetails is { } failure ? new(state.RuntimeStatus, null, failure.ErrorMessage) : new(state.RuntimeStatus, state.ReadOutputAs<string>());
    }
}
