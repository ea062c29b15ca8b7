using Dapr.Workflow;
using Workflows.Ledger;

namespace Workflows.Compensation;

/// <summary>Moves the order to CANCELLED once every undo is done.</summary>
public sealed class MarkCancelled(IOrderLedger ledger) : WorkflowActivity<CompensationRequest, bool>
{
    /// <inheritdoc />
    public override async Task<bool> RunAsync(WorkflowActivityContext context, CompensationRequest input)
    {
        await ledger.MarkCancelledAsync(input.Order.TenantId, input.Order.OrderId);
        return true;
    }
}
