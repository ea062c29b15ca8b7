using System.Globalization;
using Dapr.DurableTask.Protobuf;

namespace Sidecar.Workflows.Engine;

/// <summary>Says that a message of another app was taken. It lies in the receiver's inbox, as an event of no type.</summary>
/// <param name="App">The sender's app.</param>
/// <param name="Key">The message's key, which no other message of that app has.</param>
internal readonly record struct Receipt(string App, long Key)
{
    /// <summary>The receipt an inbox entry is; null when it is an event.</summary>
    public static Receipt? Of(InboxEvent message) => message.Event.EventTypeCase == HistoryEvent.EventTypeOneofCase.None
        ? new Receipt(message.Event.Router.SourceAppID, long.Parse(message.ExecutionId!, CultureInfo.InvariantCulture))
        : null;

    /// <summary>The inbox entry, under a key of the receiver's.</summary>
    public InboxEvent ToMessage(long key) =>
        new(key, Key.ToString(CultureInfo.InvariantCulture), new HistoryEvent { Router = new TaskRouter { SourceAppID = App } });
}
