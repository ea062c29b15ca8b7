using Dapr.DurableTask.Protobuf;
using Case = Dapr.DurableTask.Protobuf.HistoryEvent.EventTypeOneofCase;

namespace Dapr.Workflow.Testing.Histories;

/// <summary>
/// Gives each turn of a history to the code once more: all that happened before, and what was new then. The code has to ask for what the
/// history has behind the turn. Only a turn in which the code is the first to ask for a patch may do otherwise: an instance that has the turn behind it does not
/// get the patch, and one that has it before it may do as it likes.
/// </summary>
internal sealed class HistoryReplay(WorkflowHistory history, AppCode code)
{
    public async Task<string?> RunAsync()
    {
        var starts = Enumerable.Range(0, history.Count).Where(i => history.Events[i].WorkflowStarted is not null).ToList();
        foreach (var (from, next) in starts.Zip(starts.Skip(1).Append(history.Count)))
        {
            if (await CompareAsync(from, next) is { } difference)
            {
                return $"{history.Workflow}: {difference}";
            }
        }

        return null;
    }

    private async Task<string?> CompareAsync(int from, int next)
    {
        var turn = history.Events.Skip(from).Take(next - from).ToList();
        var fresh = turn.TakeWhile(each => !ReplayStep.IsOfTheTurn(each) && !IsControl(each)).ToList();
        var request = new WorkflowRequest
        {
            InstanceId = history.Start.WorkflowInstance.InstanceId,
            ExecutionId = history.Start.WorkflowInstance.ExecutionId,
            PastEvents = { history.Events.Take(from) },
            NewEvents = { fresh },
        };
        var answer = await code.TurnAsync(request, "replay");
        var known = history.Events.Take(from).SelectMany(PatchesOf).ToHashSet(StringComparer.Ordinal);
        var isPatched = answer.Version?.Patches.Except(known.Concat(turn.SelectMany(PatchesOf)), StringComparer.Ordinal).Any() == true;
        var expected = turn.Skip(fresh.Count).TakeWhile(each => !IsControl(each)).Where(ReplayStep.IsOfTheTurn).Select(ReplayStep.Of).ToList();
        List<ReplayStep> found = [.. answer.Actions.Select(ReplayStep.Of)];

        // Where the worker itself has seen that the code does not fit, it says more.
        return found.Find(each => each.Error is "NonDeterministicWorkflow") is { What: { } contradiction } ? contradiction
            : isPatched ? null
            : Difference(expected, found);
    }

    private static string? Difference(List<ReplayStep> expected, List<ReplayStep> found)
    {
        for (var i = 0; i < Math.Max(expected.Count, found.Count); i++)
        {
            var (wanted, present) = (expected.ElementAtOrDefault(i), found.ElementAtOrDefault(i));
            if (wanted != present)
            {
                var which = wanted?.Id ?? present?.Id;
                return $"{(which is null ? "" : $"action #{which}: ")}expected {wanted?.What ?? "nothing more"}, found {present?.What ?? "a workflow that waits"}";
            }
        }

        return null;
    }

    private static IEnumerable<string> PatchesOf(HistoryEvent e) => e.WorkflowStarted?.Version?.Patches ?? [];

    // What was done to the workflow from outside, between turns.
    private static bool IsControl(HistoryEvent e) => e.EventTypeCase is Case.ExecutionSuspended or Case.ExecutionResumed or Case.ExecutionTerminated;
}
