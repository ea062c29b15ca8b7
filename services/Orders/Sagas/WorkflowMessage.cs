using System.Text.Json;
using ServiceDefaults;
using Workflows.Saga;

namespace Orders.Sagas;

/// <summary>What an outbox entry says about workflows: start one, or raise an event in one.</summary>
/// <param name="InstanceId">The workflow instance.</param>
/// <param name="Input">The workflow's input or the event's payload.</param>
internal sealed record WorkflowMessage(string InstanceId, JsonElement Input)
{
    /// <summary>The outbox kind of both, so that the start comes before the event.</summary>
    public const string Kind = "workflow";

    /// <summary>Starts the order's saga.</summary>
    public static OutboxEntry StartSaga(OrderSagaInput input, long version) => Entry(nameof(OrderSaga), input.OrderId, input.OrderId.ToString(), version, input);

    /// <summary>Starts the cancellation of an order whose saga is over.</summary>
    public static OutboxEntry StartCancellation(OrderCancellationInput input, long version) =>
        Entry(nameof(OrderCancellation), input.Order.OrderId, OrderCancellation.InstanceId(input.Order.OrderId), version, input);

    /// <summary>Asks the running saga to cancel.</summary>
    public static OutboxEntry RaiseCancel(Guid orderId, string reason, long version) => Entry(OrderSaga.CancelEvent, orderId, orderId.ToString(), version, new CancelRequest(reason));

    private static OutboxEntry Entry(string type, Guid orderId, string instanceId, long version, object input) =>
        new(Kind, "", type, orderId.ToString(), version, new WorkflowMessage(instanceId, JsonSerializer.SerializeToElement(input, ServiceJson.Options)));
}
