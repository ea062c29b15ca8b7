using Dapr.Workflow.Client;

namespace Dapr.Workflow;

/// <summary>Starts, watches and steers workflows through the sidecar. Comes from AddDaprWorkflow or DaprWorkflowClientBuilder.</summary>
public sealed class DaprWorkflowClient : IDaprWorkflowClient
{
    private readonly WorkflowRpcClient client;

    internal DaprWorkflowClient(WorkflowRpcClient client)
    {
        this.client = client;
    }

    /// <inheritdoc />
    public Task<string> ScheduleNewWorkflowAsync(string name, string? instanceId = null, object? input = null) =>
        client.StartAsync(name, instanceId, input, startTime: null, CancellationToken.None);

    /// <inheritdoc />
    public Task<string> ScheduleNewWorkflowAsync(string name, string? instanceId, object? input, DateTime? startTime) =>
        client.StartAsync(name, instanceId, input, startTime is { } time ? new DateTimeOffset(time) : null, CancellationToken.None);

    /// <inheritdoc />
    public Task<string> ScheduleNewWorkflowAsync(string name, string? instanceId, object? input, DateTimeOffset? startTime, CancellationToken cancellation = default) =>
        client.StartAsync(name, instanceId, input, startTime, cancellation);

    /// <inheritdoc />
    public Task<WorkflowState> GetWorkflowStateAsync(string instanceId, bool getInputsAndOutputs = true, CancellationToken cancellation = default) =>
        client.GetAsync(instanceId, getInputsAndOutputs, cancellation);

    /// <inheritdoc />
    public Task<WorkflowState> WaitForWorkflowStartAsync(string instanceId, bool getInputsAndOutputs = true, CancellationToken cancellation = default) =>
        client.WaitAsync("WaitForInstanceStart", instanceId, getInputsAndOutputs, cancellation);

    /// <inheritdoc />
    public Task<WorkflowState> WaitForWorkflowCompletionAsync(string instanceId, bool getInputsAndOutputs = true, CancellationToken cancellation = default) =>
        client.WaitAsync("WaitForInstanceCompletion", instanceId, getInputsAndOutputs, cancellation);

    /// <inheritdoc />
    public Task RaiseEventAsync(string instanceId, string eventName, object? eventPayload = null, CancellationToken cancellation = default) =>
        client.RaiseEventAsync(instanceId, eventName, eventPayload, cancellation);

    /// <inheritdoc />
    public Task TerminateWorkflowAsync(string instanceId, object? output = null, CancellationToken cancellation = default) =>
        client.TerminateAsync(instanceId, output, cancellation);

    /// <inheritdoc />
    public Task SuspendWorkflowAsync(string instanceId, string? reason = null, CancellationToken cancellation = default) =>
        client.SuspendAsync(instanceId, reason, cancellation);

    /// <inheritdoc />
    public Task ResumeWorkflowAsync(string instanceId, string? reason = null, CancellationToken cancellation = default) =>
        client.ResumeAsync(instanceId, reason, cancellation);

    /// <inheritdoc />
    public Task<bool> PurgeInstanceAsync(string instanceId, CancellationToken cancellation = default) => client.PurgeAsync(instanceId, cancellation);

    /// <inheritdoc />
    public Task<WorkflowInstancePage> ListInstanceIdsAsync(string? continuationToken = null, int? pageSize = null, CancellationToken cancellation = default) =>
        client.ListAsync(continuationToken, pageSize, cancellation);

    /// <inheritdoc />
    public Task<IReadOnlyList<WorkflowHistoryEvent>> GetInstanceHistoryAsync(string instanceId, CancellationToken cancellation = default) =>
        client.GetHistoryAsync(instanceId, cancellation);

    /// <inheritdoc />
    public Task<string> RerunWorkflowFromEventAsync(
        string sourceInstanceId, uint eventId, RerunWorkflowFromEventOptions? options = null, CancellationToken cancellation = default) =>
        client.RerunAsync(sourceInstanceId, eventId, options, cancellation);

    /// <inheritdoc />
    public void Dispose() => client.Dispose();

    /// <inheritdoc />
    public ValueTask DisposeAsync()
    {
        client.Dispose();
        return ValueTask.CompletedTask;
    }
}
