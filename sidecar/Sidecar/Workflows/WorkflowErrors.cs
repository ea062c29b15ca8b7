using Sidecar.Api.Http;

namespace Sidecar.Workflows;

/// <summary>Why an operation on a workflow was not done, in daprd's words, which are the same over HTTP and gRPC.</summary>
internal static class WorkflowErrors
{
    private const string NoStore = "api error: code = Internal desc = " + WorkflowBuildingBlock.NoStore;

    private const string NotLoaded = "failed to load workflow metadata: " + NoStore;

    public static ApiError Start(string name, string reason, int status = 500) => new(status, "ERR_START_WORKFLOW", $"error starting workflow '{name}': unable to start workflow: {reason}");

    public static ApiError StartWithoutStore(string name) => Start(name, "failed to start workflow: " + NoStore);

    public static ApiError GetWithoutStore(string id) =>
        new(500, "ERR_GET_WORKFLOW", $"error while getting workflow info on instance '{id}': failed to get workflow metadata for '{id}': failed to fetch workflow metadata: {NotLoaded}");

    public static ApiError Terminate(string id, string reason = NoStore) => new(500, "ERR_TERMINATE_WORKFLOW", $"error terminating workflow '{id}': failed to terminate workflow {id}: failed to submit termination request:: {reason}");

    public static ApiError Pause(string id, string reason = NoStore) => new(500, "ERR_PAUSE_WORKFLOW", $"error pausing workflow {id}: failed to pause workflow {id}: failed to suspend workflow: {reason}");

    public static ApiError Resume(string id, string reason = NoStore) => new(500, "ERR_RESUME_WORKFLOW", $"error resuming workflow {id}: failed to resume workflow {id}: failed to resume workflow: {reason}");

    public static ApiError Purge(string id, string reason = "failed to fetch workflow state: " + NotLoaded) =>
        new(500, "ERR_PURGE_WORKFLOW", $"error purging workflow {id}: failed to Purge workflow {id}: failed to purge workflow state: {reason}");

    public static ApiError Raise(string id, string name, string reason = NoStore) =>
        new(500, "ERR_RAISE_EVENT_WORKFLOW", $"error raising event on workflow '{id}': failed to raise event {name} on workflow {id}: failed to raise event: {reason}");

    /// <summary>Why an operation was refused; null when it was not.</summary>
    public static string? Reason(WorkflowRefusal refusal, string id) => refusal switch
    {
        WorkflowRefusal.None => null,
        WorkflowRefusal.NotFound => "no such instance exists",
        WorkflowRefusal.NotCompleted => "orchestration has not yet completed",
        WorkflowRefusal.AlreadyExists => $"failed to start workflow: rpc error: code = AlreadyExists desc = an active workflow with ID '{id}' already exists",
        WorkflowRefusal.TooMuch => "too many events wait, or the payload is too large",
        _ => "the workflow engine has more work than it can hold",
    };
}
