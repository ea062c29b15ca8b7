using Dapr.Workflow;
using Workflows.Saga;
using Workflows.Steps;

namespace Workflows.Compensation;

/// <summary>
/// Runs the registered undos, last step first, and then cancels the order. An undo that keeps failing does not stop the
/// others: after some attempts the next one runs, and what is left over is flagged and tried again, with longer pauses, for a day.
/// </summary>
internal sealed class Undoing(WorkflowContext context, OrderSagaInput order)
{
    /// <summary>Attempts before the next undo gets its turn: about 8 s of pauses.</summary>
    internal const int AttemptsAtFirst = 7;
    private static readonly TimeSpan GiveUpAfter = TimeSpan.FromHours(24);
    private readonly Dictionary<string, int> _attempts = new(StringComparer.Ordinal);

    public async Task<OrderSagaResult> RunAsync(SagaFailure failure, IReadOnlyList<string> undos)
    {
        await WriteAsync(nameof(StartCompensation), new CompensationRequest(order, failure, undos));
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

        await WriteAsync(nameof(MarkCancelled), new CompensationRequest(order, failure, []));
        return OrderSagaResult.Cancelled(failure.Code);
    }

    private async Task<bool> UndoAsync(string undo)
    {
        for (var attempt = 1; attempt <= AttemptsAtFirst; attempt++)
        {
            if (await AttemptAsync(undo))
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
        await WriteAsync(nameof(RequireIntervention), new CompensationRequest(order, failure, [.. left]));
        var giveUpAt = context.CurrentUtcDateTime + GiveUpAfter;
        for (var round = 1; left.Count > 0 && context.CurrentUtcDateTime < giveUpAt; round++)
        {
            await context.CreateTimer(SagaBackoff.BeforeRound(round, order.OrderId.ToString()));
            foreach (var undo in left.ToArray())
            {
                if (await AttemptAsync(undo))
                {
                    left.Remove(undo);
                }
            }
        }

        return left.Count == 0;
    }

    private async Task<bool> AttemptAsync(string undo)
    {
        var attempt = _attempts[undo] = _attempts.GetValueOrDefault(undo) + 1;
        try
        {
            return (await context.CallActivityAsync<StepResult>(undo, new StepRequest(order, attempt))).Done;
        }
        catch (WorkflowTaskFailedException)
        {
            return false; // The activity has written the error to the ledger.
        }
    }

    /// <summary>The ledger is the database of this very service: nothing can go on without it, so this waits for as long as it takes.</summary>
    private async Task WriteAsync(string activity, CompensationRequest request)
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
