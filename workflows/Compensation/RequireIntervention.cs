using Dapr.Workflow;
using Workflows.Ledger;

namespace Workflows.Compensation;

/// <summary>Flags undos that keep failing, so that a person looks.</summary>
public sealed class RequireIntervention(IOrderLedger ledger) : WorkflowActivity<CompensationRequest, bool>
{
    /// <inheritdoc />
    public override async Task<bool> RunAsync(WorkflowActivityContext context, CompensationRequest input)
    {
        await ledger.InterventionRequiredAsync(input.Order.TenantId, input.Order.OrderId, input.Undos);
        return true;
    }
}
