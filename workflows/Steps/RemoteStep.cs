using Dapr.Workflow;
using Workflows.Ledger;

namespace Workflows.Steps;

/// <summary>An activity that calls another service and writes begin and end of each attempt to the order's ledger.</summary>
public abstract class RemoteStep(IOrderLedger ledger, StepKind kind, string name) : WorkflowActivity<StepRequest, StepResult>
{
    /// <inheritdoc />
    public override async Task<StepResult> RunAsync(WorkflowActivityContext context, StepRequest input)
    {
        var run = new StepRun(input.Order.TenantId, input.Order.OrderId, kind, name, input.Attempt);
        await ledger.StepStartedAsync(run);
        try
        {
            var result = await CallAsync(input);
            await ledger.StepEndedAsync(run, result.Done ? StepStatus.Completed : StepStatus.Rejected, result.Done ? null : $"{result.Code}: {result.Detail}");
            return result;
        }
        catch (Exception fault) when (fault is TransientStepException or PermanentStepException)
        {
            await ledger.StepEndedAsync(run, StepStatus.Failed, fault.Message);
            throw;
        }
    }

    /// <summary>The call itself.</summary>
    protected abstract Task<StepResult> CallAsync(StepRequest input);
}
