using Dapr.DurableTask.Protobuf;

namespace Sidecar.Workflows.Engine;

/// <summary>A turn that a worker has: which events it got, and the token its answer must carry.</summary>
internal sealed record Turn(string Token, IReadOnlyList<HistoryEvent> Events, IReadOnlyList<InboxEvent> Taken);
