namespace Workflows.Tests.Replay;

/// <summary>Something that happened: an action completed or failed, or an external event came.</summary>
internal sealed record HistoryEvent(DateTime At, int ActionId, string? Json = null, Exception? Error = null, string? EventName = null);
