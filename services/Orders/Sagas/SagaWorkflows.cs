using Dapr.Workflow;
using Workflows.Saga;

namespace Orders.Sagas;

/// <summary>The engine behind the sidecar.</summary>
internal sealed class SagaWorkflows(DaprWorkflowClient workflows, TimeProvider time) : ISagaWorkflows
{
    /// <summary>Starting blocks while no worker is connected.</summary>
    private static readonly TimeSpan CallTimeout = TimeSpan.FromSeconds(5);

    public async Task StartAsync(string workflow, string instanceId, object input, CancellationToken ct)
    {
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(ct);
        deadline.CancelAfter(CallTimeout);
        try
        {
            await workflows.ScheduleNewWorkflowAsync(workflow, instanceId, input, (DateTimeOffset?)null, deadline.Token);
        }
        catch (Exception) when (!ct.IsCancellationRequested)
        {
            if (await FindAsync(instanceId, ct) == InstanceStanding.Absent)
            {
                throw;
            }
        }
    }

    public Task RaiseCancelAsync(string instanceId, CancelRequest request, CancellationToken ct) =>
        workflows.RaiseEventAsync(instanceId, OrderSaga.CancelEvent, request, ct).WaitAsync(CallTimeout, time, ct);

    public async Task<InstanceStanding> FindAsync(string instanceId, CancellationToken ct)
    {
        var state = await workflows.GetWorkflowStateAsync(instanceId, false, ct).WaitAsync(CallTimeout, time, ct);
        return state is not { Exists: true } ? InstanceStanding.Absent
            : state.RuntimeStatus is WorkflowRuntimeStatus.Running or WorkflowRuntimeStatus.Pending or WorkflowRuntimeStatus.Suspended or WorkflowRuntimeStatus.ContinuedAsNew ? InstanceStanding.Running
            : InstanceStanding.Ended;
    }
}
