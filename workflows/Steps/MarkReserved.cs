using Dapr.Workflow;
using Workflows.Ledger;

namespace Workflows.Steps;

/// <summary>CREATED to RESERVED, unless the order is being cancelled.</summary>
public sealed class MarkReserved(IOrderLedger ledger) : WorkflowActivity<StepRequest, StepResult>
{
    /// <inheritdoc />
    public override Task<StepResult> RunAsync(WorkflowActivityContext context, StepRequest input) =>
        ledger.MarkReservedAsync(StepRun.Of(input, nameof(MarkReserved)));
}
