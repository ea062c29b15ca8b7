using System.Text.Json;
using Dapr.Workflow;
using ServiceDefaults;
using Workflows.Saga;

namespace Orders.Sagas;

/// <summary>
/// Starts sagas from the outbox. An entry may come again, and a start may fail although the engine took it: so a failed call
/// is settled by looking the instance up, and an order whose saga has begun already is never started a second time.
/// </summary>
internal sealed class WorkflowOutboxHandler(DaprWorkflowClient workflows, IDatabase database, SagaTable sagas, TimeProvider time) : IOutboxHandler
{
    /// <summary>Starting blocks while no worker is connected.</summary>
    private static readonly TimeSpan CallTimeout = TimeSpan.FromSeconds(5);

    public string Kind => WorkflowMessage.Kind;

    public async Task HandleAsync(OutboxMessage message, CancellationToken ct)
    {
        var work = message.Data.Deserialize<WorkflowMessage>(ServiceJson.Tolerant) ?? throw new JsonException("The entry has no workflow.");
        switch (message.Type)
        {
            case nameof(OrderSaga):
                await StartSagaAsync(message, work, ct);
                break;
            case nameof(OrderCancellation):
                await StartAsync(nameof(OrderCancellation), work.InstanceId, Read<OrderCancellationInput>(work), ct);
                break;
            case OrderSaga.CancelEvent:
                await RaiseAsync(work.InstanceId, Read<CancelRequest>(work), ct);
                break;
            default:
                throw new InvalidOperationException($"No workflow message is called {message.Type}.");
        }
    }

    private async Task StartSagaAsync(OutboxMessage message, WorkflowMessage work, CancellationToken ct)
    {
        var input = Read<OrderSagaInput>(work);
        if (message.Attempt == 1 || !await HasBegunAsync(message.TenantId, input.OrderId, ct))
        {
            await StartAsync(nameof(OrderSaga), work.InstanceId, input, ct);
        }
    }

    private async Task<bool> HasBegunAsync(string tenantId, Guid orderId, CancellationToken ct)
    {
        var saga = await database.TransactionAsync(RequestContext.System("workflow-start", tenantId), session => sagas.FindAsync(session, orderId), ct);
        return saga is { State: not SagaState.Pending };
    }

    private async Task StartAsync(string workflow, string instanceId, object input, CancellationToken ct)
    {
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(ct);
        deadline.CancelAfter(CallTimeout);
        try
        {
            await workflows.ScheduleNewWorkflowAsync(workflow, instanceId, input, (DateTimeOffset?)null, deadline.Token);
        }
        catch (Exception) when (!ct.IsCancellationRequested)
        {
            if (!await ExistsAsync(instanceId, ct))
            {
                throw;
            }
        }
    }

    private async Task RaiseAsync(string instanceId, CancelRequest request, CancellationToken ct)
    {
        try
        {
            await workflows.RaiseEventAsync(instanceId, OrderSaga.CancelEvent, request, ct).WaitAsync(CallTimeout, time, ct);
        }
        catch (Exception) when (!ct.IsCancellationRequested)
        {
            // A saga that has ended needs no event: it has seen the request in the order's row.
            var state = await workflows.GetWorkflowStateAsync(instanceId, false, ct).WaitAsync(CallTimeout, time, ct);
            if (state is { Exists: true, IsWorkflowCompleted: false })
            {
                throw;
            }
        }
    }

    private async Task<bool> ExistsAsync(string instanceId, CancellationToken ct) =>
        (await workflows.GetWorkflowStateAsync(instanceId, false, ct).WaitAsync(CallTimeout, time, ct)) is { Exists: true };

    private static T Read<T>(WorkflowMessage work) => work.Input.Deserialize<T>(ServiceJson.Tolerant) ?? throw new JsonException("The entry has no input.");
}
