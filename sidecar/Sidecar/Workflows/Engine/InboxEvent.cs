using Dapr.DurableTask.Protobuf;
using Google.Protobuf;
using Sidecar.Workflows.Store;

namespace Sidecar.Workflows.Engine;

/// <summary>An event on its way to an instance; see <see cref="InboxRow"/>.</summary>
internal sealed record InboxEvent(long Key, string? ExecutionId, HistoryEvent Event)
{
    public static InboxEvent Of(InboxRow row) => new(row.Key, row.ExecutionId, HistoryEvent.Parser.ParseFrom(row.Event));

    public InboxRow RowFor(string instanceId) => new(instanceId, Key, ExecutionId, Event.ToByteArray());
}

/// <summary>An event for another instance, stored in its inbox by the sender's commit and handed over once that is durable.</summary>
internal sealed record Delivery(string Target, InboxEvent Event);
