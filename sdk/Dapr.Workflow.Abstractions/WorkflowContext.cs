using Microsoft.Extensions.Logging;

namespace Dapr.Workflow;

/// <summary>What a workflow may use: everything here is deterministic.</summary>
public abstract class WorkflowContext : IWorkflowContext
{
    /// <summary>The workflow's name.</summary>
    public abstract string Name { get; }

    /// <summary>The instance's id.</summary>
    public abstract string InstanceId { get; }

    /// <inheritdoc />
    public abstract DateTime CurrentUtcDateTime { get; }

    /// <inheritdoc />
    public abstract bool IsReplaying { get; }

    /// <inheritdoc />
    public abstract bool IsPatched(string patchName);

    /// <summary>Calls an activity.</summary>
    /// <exception cref="WorkflowTaskFailedException">It failed, also after its retries.</exception>
    public virtual Task CallActivityAsync(string name, object? input = null, WorkflowTaskOptions? options = null) => CallActivityAsync<object>(name, input, options);

    /// <summary>Calls an activity and reads its output.</summary>
    /// <exception cref="WorkflowTaskFailedException">It failed, also after its retries.</exception>
    public abstract Task<T> CallActivityAsync<T>(string name, object? input = null, WorkflowTaskOptions? options = null);

    /// <summary>Completes after a delay of the workflow's time.</summary>
    public virtual Task CreateTimer(TimeSpan delay, CancellationToken cancellationToken = default) => CreateTimer(CurrentUtcDateTime.Add(delay), cancellationToken);

    /// <summary>Completes at a time (UTC).</summary>
    public abstract Task CreateTimer(DateTime fireAt, CancellationToken cancellationToken);

    /// <summary>Completes when an event of that name (compared without case) is raised; an early event is kept.</summary>
    public abstract Task<T> WaitForExternalEventAsync<T>(string eventName, CancellationToken cancellationToken = default);

    /// <summary>As the other overload; a timeout throws TaskCanceledException, a negative one waits for ever.</summary>
    public virtual async Task<T> WaitForExternalEventAsync<T>(string eventName, TimeSpan timeout)
    {
        using var loser = new CancellationTokenSource();
        var raised = WaitForExternalEventAsync<T>(eventName, loser.Token);
        var timer = CreateTimer(timeout, loser.Token);
        var winner = await Task.WhenAny(raised, timer);
        loser.Cancel(); // on this thread: a workflow awaits nothing but its context
        return winner == raised ? await raised : throw new TaskCanceledException($"No event '{eventName}' within {timeout}.");
    }

    /// <summary>Raises an event for another instance.</summary>
    public abstract void SendEvent(string instanceId, string eventName, object payload);

    /// <summary>Sets what queries show as the instance's own status.</summary>
    public abstract void SetCustomStatus(object? customStatus);

    /// <summary>Runs another workflow as a child.</summary>
    /// <exception cref="WorkflowTaskFailedException">It failed, also after its retries.</exception>
    public virtual Task CallChildWorkflowAsync(string workflowName, object? input = null, ChildWorkflowTaskOptions? options = null) =>
        CallChildWorkflowAsync<object>(workflowName, input, options);

    /// <summary>Runs another workflow as a child and reads its output.</summary>
    /// <exception cref="WorkflowTaskFailedException">It failed, also after its retries.</exception>
    public abstract Task<TResult> CallChildWorkflowAsync<TResult>(string workflowName, object? input = null, ChildWorkflowTaskOptions? options = null);

    /// <summary>Ends this run; the instance starts again with a new input and an empty history.</summary>
    public abstract void ContinueAsNew(object? newInput = null, bool preserveUnprocessedEvents = true);

    /// <summary>A unique id, the same in each replay.</summary>
    public abstract Guid NewGuid();

    /// <summary>A logger that is silent while replaying.</summary>
    public abstract ILogger CreateReplaySafeLogger(string categoryName);

    /// <summary>A logger that is silent while replaying.</summary>
    public abstract ILogger CreateReplaySafeLogger(Type type);

    /// <summary>A logger that is silent while replaying.</summary>
    public abstract ILogger CreateReplaySafeLogger<T>();

    /// <summary>The history the caller propagated, or null.</summary>
    public abstract PropagatedHistory? GetPropagatedHistory();
}
