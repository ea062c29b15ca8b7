using System.Text.Json;
using ServiceDefaults;
using Workflows.Saga;

namespace Orders.Sagas;

/// <summary>
/// Starts sagas from the outbox and asks them to cancel. An entry may come again, so an order whose saga has begun already is
/// not started a second time; a request to cancel that no running saga can read is met by <see cref="SagaRecovery"/>.
/// </summary>
internal sealed class WorkflowOutboxHandler(ISagaWorkflows workflows, IDatabase database, SagaTable sagas, SagaRecovery recovery) : IOutboxHandler
{
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
                await workflows.StartAsync(nameof(OrderCancellation), work.InstanceId, Read<OrderCancellationInput>(work), ct);
                break;
            case OrderSaga.CancelEvent:
                await RaiseAsync(message, work, ct);
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
            await workflows.StartAsync(nameof(OrderSaga), work.InstanceId, input, ct);
        }
    }

    private async Task<bool> HasBegunAsync(string tenantId, Guid orderId, CancellationToken ct)
    {
        var saga = await database.TransactionAsync(RequestContext.System("workflow-start", tenantId), session => sagas.FindAsync(session, orderId), ct);
        return saga is { State: not SagaState.Pending };
    }

    private async Task RaiseAsync(OutboxMessage message, WorkflowMessage work, CancellationToken ct)
    {
        try
        {
            await workflows.RaiseCancelAsync(work.InstanceId, Read<CancelRequest>(work), ct);
        }
        catch (Exception) when (!ct.IsCancellationRequested)
        {
            if (await workflows.FindAsync(work.InstanceId, ct) == InstanceStanding.Running)
            {
                throw;
            }
        }

        await recovery.RecoverAsync(message.TenantId, Guid.Parse(message.AggregateId), ct);
    }

    private static T Read<T>(WorkflowMessage work) => work.Input.Deserialize<T>(ServiceJson.Tolerant) ?? throw new JsonException("The entry has no input.");
}
