using Dapr.Workflow;
using Workflows.Ledger;

namespace Workflows.Compensation;

/// <summary>Marks the order as being cancelled.</summary>
public sealed class StartCompensation(IOrderLedger ledger) : WorkflowActivity<CompensationRequest, bool>
{
    /// <inheritdoc />
    public override async Task<bool> RunAsync(WorkflowActivityContext context, CompensationRequest input)
    {
        await ledger.CompensationStartedAsync(input.Order.TenantId, input.Order.OrderId, input.Failure, input.Undos);
        return true;
    }
}
