using Dapr.DurableTask.Protobuf;

namespace Sidecar.Workflows.Engine;

/// <content>What a worker may not answer: it fails the instance, naming what is wrong, and nothing else.</content>
internal sealed partial class WorkflowInstance
{
    /// <summary>
    /// A worker that replays correctly never repeats the id of an action that history has. If it does, the code has
    /// changed under the instance; going on would run things twice or wait for ever.
    /// </summary>
    private WorkflowAction? Contradiction(WorkflowResponse response)
    {
        var ids = new HashSet<int>();
        foreach (var action in response.Actions.Where(action => action.CompleteWorkflow is null))
        {
            if (_actions.TryGetValue(action.Id, out var found))
            {
                return Fail("NonDeterministicWorkflow", $"action #{action.Id} of the replay is {action.WorkflowActionTypeCase}, history has {found.EventTypeCase} #{found.EventId}; the workflow's code does not fit its history");
            }

            if (!ids.Add(action.Id))
            {
                return Fail("InvalidWorkflowResponse", $"the worker answered with two actions #{action.Id}");
            }
        }

        return null;
    }

    private static WorkflowAction? Impossible(WorkflowResponse response)
    {
        foreach (var action in response.Actions)
        {
            if (TargetOf(action) is { } id && !InstanceIds.IsValid(id))
            {
                return Fail("InvalidInstanceId", $"action #{action.Id} ({action.WorkflowActionTypeCase}) names an instance whose id {InstanceIds.Rule}");
            }

            if (!ForeignAddress.IsApp(action.Router?.TargetAppID ?? "") || !ForeignAddress.IsApp(InnerRouterOf(action)?.TargetAppID ?? ""))
            {
                return Fail("InvalidAppId", $"action #{action.Id} ({action.WorkflowActionTypeCase}) names an app whose id has control characters");
            }
        }

        return null;
    }

    private static TaskRouter? InnerRouterOf(WorkflowAction action) =>
        action.ScheduleTask?.Router ?? action.CreateChildWorkflow?.Router ?? action.CreateDetachedWorkflow?.Router;

    // Only a child may be without: it gets an id from its parent's.
    private static string? TargetOf(WorkflowAction action) => action.WorkflowActionTypeCase switch
    {
        WorkflowAction.WorkflowActionTypeOneofCase.CreateChildWorkflow => action.CreateChildWorkflow.InstanceId is { Length: > 0 } id ? id : null,
        WorkflowAction.WorkflowActionTypeOneofCase.CreateDetachedWorkflow => action.CreateDetachedWorkflow.InstanceId,
        WorkflowAction.WorkflowActionTypeOneofCase.SendEvent => action.SendEvent.Instance?.InstanceId ?? "",
        WorkflowAction.WorkflowActionTypeOneofCase.TerminateWorkflow => action.TerminateWorkflow.InstanceId,
        _ => null,
    };

    private WorkflowAction? TooLarge(WorkflowResponse response) => response.Actions
        .Select(action => (Action: action, Size: PayloadOf(action)?.Length ?? 0))
        .Where(each => each.Size > context.Options.MaxPayload)
        .Select(each => Fail("PayloadTooLarge", $"action #{each.Action.Id} ({each.Action.WorkflowActionTypeCase}) carries {each.Size} characters; the limit is {context.Options.MaxPayload}"))
        .FirstOrDefault();

    private static string? PayloadOf(WorkflowAction action) => action.WorkflowActionTypeCase switch
    {
        WorkflowAction.WorkflowActionTypeOneofCase.ScheduleTask => action.ScheduleTask.Input,
        WorkflowAction.WorkflowActionTypeOneofCase.CreateChildWorkflow => action.CreateChildWorkflow.Input,
        WorkflowAction.WorkflowActionTypeOneofCase.CreateDetachedWorkflow => action.CreateDetachedWorkflow.Input,
        WorkflowAction.WorkflowActionTypeOneofCase.SendEvent => action.SendEvent.Data,
        WorkflowAction.WorkflowActionTypeOneofCase.CompleteWorkflow => action.CompleteWorkflow.Result,
        _ => null,
    };

    private static WorkflowAction Fail(string type, string message) => new()
    {
        Id = Events.FromOutside,
        CompleteWorkflow = new CompleteWorkflowAction { WorkflowStatus = OrchestrationStatus.Failed, FailureDetails = Events.Failure(type, message) },
    };
}
