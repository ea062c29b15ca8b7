using Dapr.Workflow;
using Workflows.Saga;

namespace Workflows.Compensation;

/// <summary>
/// Runs the registered undos, last step first, and then cancels the order. An undo that keeps failing does not stop the
/// others: after some attempts the next one runs, and what is left over goes to <see cref="LeftoverUndos"/>, a workflow of its
/// own, so that this one's history stays short however long it takes.
/// </summary>
internal sealed class Undoing(WorkflowContext context, OrderSagaInput order)
{
    /// <summary>Attempts before the next undo gets its turn: about 8 s of pauses.</summary>
    internal const int AttemptsAtFirst = 7;
    private static readonly TimeSpan GiveUpAfter = TimeSpan.FromHours(24);
    private readonly CompensationCalls _calls = new(context, order);

    public async Task<OrderSagaResult> RunAsync(SagaFailure failure, IReadOnlyList<string> undos)
    {
        await _calls.WriteAsync(nameof(StartCompensation), new CompensationRequest(order, failure, undos));
        var left = new List<string>();
        foreach (var undo in undos)
        {
            if (!await UndoAsync(undo))
            {
                left.Add(undo);
            }
        }

        if (left.Count > 0 && !await UndoLeftoversAsync(failure, left))
        {
            return OrderSagaResult.InterventionRequired(failure.Code);
        }

        await _calls.WriteAsync(nameof(MarkCancelled), new CompensationRequest(order, failure, []));
        return OrderSagaResult.Cancelled(failure.Code);
    }

    private async Task<bool> UndoAsync(string undo)
    {
        for (var attempt = 1; attempt <= AttemptsAtFirst; attempt++)
        {
            if (await _calls.UndoAsync(undo, attempt))
            {
                return true;
            }

            if (attempt < AttemptsAtFirst)
            {
                await context.CreateTimer(SagaBackoff.After(attempt, $"{order.OrderId}:{undo}"));
            }
        }

        return false;
    }

    private async Task<bool> UndoLeftoversAsync(SagaFailure failure, List<string> left)
    {
        try
        {
            var input = new LeftoverUndosInput(order, failure, left, Round: 1, context.CurrentUtcDateTime + GiveUpAfter);
            return await context.CallChildWorkflowAsync<bool>(nameof(LeftoverUndos), input);
        }
        catch (WorkflowTaskFailedException)
        {
            // Somebody ended it, or it cannot run: the order stays uncancelled, and what looks after such orders takes it up again.
            return false;
        }
    }
}
