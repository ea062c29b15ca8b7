using Dapr.Workflow;
using Workflows.Saga;
using Workflows.Steps;

namespace Workflows.Compensation;

/// <summary>The activities of a compensation, called from workflow code.</summary>
internal sealed class CompensationCalls(WorkflowContext context, OrderSagaInput order)
{
    /// <summary>One attempt at an undo; false when it was refused or failed, which the activity has written to the ledger.</summary>
    public async Task<bool> UndoAsync(string undo, int attempt)
    {
        try
        {
            return (await context.CallActivityAsync<StepResult>(undo, new UndoRequest(order.TenantId, order.OrderId, attempt))).Done;
        }
        catch (WorkflowTaskFailedException)
        {
            return false;
        }
    }

    /// <summary>The ledger is the database of this very service: nothing can go on without it, so this waits for as long as it takes.</summary>
    public async Task WriteAsync(string activity, CompensationRequest request)
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                await context.CallActivityAsync<bool>(activity, request);
                return;
            }
            catch (WorkflowTaskFailedException)
            {
                await context.CreateTimer(SagaBackoff.After(attempt, $"{order.OrderId}:{activity}"));
            }
        }
    }
}
