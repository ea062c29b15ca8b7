using Dapr.Workflow;
using Workflows.Ledger;

namespace Workflows.Steps;

/// <summary>RESERVED to PAID, unless the order is being cancelled: a cancel request that was accepted wins.</summary>
public sealed class MarkPaid(IOrderLedger ledger) : WorkflowActivity<StepRequest, StepResult>
{
    /// <inheritdoc />
    public override Task<StepResult> RunAsync(WorkflowActivityContext context, StepRequest input) =>
        ledger.MarkPaidAsync(StepRun.Of(input, nameof(MarkPaid)), input.PaymentId);
}
