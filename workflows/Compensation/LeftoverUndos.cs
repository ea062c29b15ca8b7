using Dapr.Workflow;
using Workflows.Saga;

namespace Workflows.Compensation;

/// <summary>
/// Tries undos that were left over in rounds, with growing pauses, until all are done (true) or it gives up (false). A person is
/// called only after a restart of the other service and the lease of a payment call that died with it must be over. After some
/// rounds it begins anew with what is left, so that its history does not grow with the time it takes.
/// </summary>
public sealed class LeftoverUndos : Workflow<LeftoverUndosInput, bool>
{
    /// <summary>Rounds until the workflow continues as new.</summary>
    internal const int RoundsPerRun = 10;

    /// <summary>Rounds that fail before a person is called: with the attempts before them 30 to 46 s of pauses; a payment call's lease is 20 s.</summary>
    internal const int RoundsBeforeAPerson = 2;

    /// <inheritdoc />
    public override async Task<bool> RunAsync(WorkflowContext context, LeftoverUndosInput input)
    {
        var calls = new CompensationCalls(context, input.Order);
        var left = input.Undos.ToList();
        for (var round = input.Round; round < input.Round + RoundsPerRun; round++)
        {
            if (context.CurrentUtcDateTime >= input.GiveUpAt)
            {
                return false;
            }

            await context.CreateTimer(SagaBackoff.BeforeRound(round, input.Order.OrderId.ToString()));
            await RunRoundAsync(calls, left, Undoing.AttemptsAtFirst + round);
            if (left.Count == 0)
            {
                return true;
            }

            if (round == RoundsBeforeAPerson)
            {
                await calls.WriteAsync(nameof(RequireIntervention), new CompensationRequest(input.Order, input.Failure, [.. left]));
            }
        }

        context.ContinueAsNew(input with { Undos = left, Round = input.Round + RoundsPerRun });
        return false;
    }

    private static async Task RunRoundAsync(CompensationCalls calls, List<string> left, int attempt)
    {
        foreach (var undo in left.ToArray())
        {
            if (await calls.UndoAsync(undo, attempt))
            {
                left.Remove(undo);
            }
        }
    }
}
