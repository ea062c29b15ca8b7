using Dapr.Workflow;
using Workflows.Ledger;

namespace Workflows.Steps;

/// <summary>An activity that calls another service and writes begin and end of each attempt to the order's ledger.</summary>
/// <typeparam name="TRequest">Its input.</typeparam>
public abstract class RemoteActivity<TRequest>(IOrderLedger ledger) : WorkflowActivity<TRequest, StepResult>
{
    /// <inheritdoc />
    public override async Task<StepResult> RunAsync(WorkflowActivityContext context, TRequest input)
    {
        var run = RunOf(input);
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

    /// <summary>The attempt, as the ledger names it.</summary>
    protected abstract StepRun RunOf(TRequest input);

    /// <summary>The call itself.</summary>
    protected abstract Task<StepResult> CallAsync(TRequest input);
}
