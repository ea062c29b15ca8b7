using Dapr.DurableTask.Protobuf;

namespace Sidecar.Workflows.Store;

/// <summary>The head of an instance: what is known of it without its history.</summary>
/// <param name="InstanceId">The instance.</param>
/// <param name="Generation">The run it is in; grows with every continue-as-new and every re-creation, and is never used again.</param>
/// <param name="Name">The workflow's name.</param>
/// <param name="Status">The status; PENDING and CONTINUED_AS_NEW mark a run whose first turn is still to come.</param>
/// <param name="CreatedAt">When it was created.</param>
/// <param name="UpdatedAt">When it last changed.</param>
/// <param name="CompletedAt">When it reached a final status.</param>
/// <param name="State">The serialized <see cref="WorkflowState"/> without the input: status, custom status, output, failure.</param>
/// <param name="Start">The serialized events that open the run (execution started with the input, carried-over events).</param>
internal sealed record InstanceRow(
    string InstanceId,
    long Generation,
    string Name,
    OrchestrationStatus Status,
    DateTimeOffset CreatedAt,
    DateTimeOffset UpdatedAt,
    DateTimeOffset? CompletedAt,
    byte[] State,
    byte[] Start)
{
    /// <summary>Nothing was stored under this id before, so that there is nothing to remove.</summary>
    public bool IsFirst { get; init; }
}

/// <summary>Events of an instance's history, which is only ever appended to; <paramref name="Sequence"/> is the number of the first (see <see cref="HistoryChunk"/>).</summary>
internal readonly record struct HistoryRow(string InstanceId, long Generation, int Sequence, byte[] Event);

/// <summary>Which instances are meant.</summary>
/// <param name="Statuses">In one of these; empty = in any.</param>
/// <param name="CreatedFrom">Created then or later.</param>
/// <param name="CreatedTo">Created then or earlier.</param>
internal sealed record InstanceFilter(IReadOnlyList<OrchestrationStatus> Statuses, DateTimeOffset? CreatedFrom, DateTimeOffset? CreatedTo)
{
    public bool Fits(InstanceRow row) =>
        (Statuses.Count == 0 || Statuses.Contains(row.Status)) && !(row.CreatedAt < CreatedFrom) && !(row.CreatedAt > CreatedTo);
}

/// <summary>An event that waits for an instance.</summary>
/// <param name="InstanceId">The receiver; it need not exist.</param>
/// <param name="Key">Its place in the order of arrival; unique for an app.</param>
/// <param name="ExecutionId">The run it answers to; a receiver in another run drops it. Null = whatever run.</param>
/// <param name="Event">The serialized event.</param>
internal readonly record struct InboxRow(string InstanceId, long Key, string? ExecutionId, byte[] Event);

/// <summary>An activity that was scheduled and has not completed.</summary>
internal readonly record struct TaskRow(string InstanceId, long Generation, int TaskId, byte[] Event);

/// <summary>A timer that has not fired.</summary>
internal readonly record struct TimerRow(string InstanceId, long Generation, int TimerId, DateTimeOffset FireAt);

/// <summary>Names an inbox entry.</summary>
internal readonly record struct InboxKey(string InstanceId, long Key);

/// <summary>Names an activity or a timer of a run.</summary>
internal readonly record struct RunItemKey(string InstanceId, long Generation, int Id);

/// <summary>Removes an instance with everything whose generation or inbox key is not above <paramref name="UpTo"/>.</summary>
internal readonly record struct PurgeRow(string InstanceId, long UpTo);

/// <summary>Everything stored of one instance. <paramref name="Record"/> is null when only inbox entries wait for it.</summary>
internal sealed record StoredInstance(
    string InstanceId,
    InstanceRow? Record,
    IReadOnlyList<byte[]> History,
    IReadOnlyList<InboxRow> Inbox,
    IReadOnlyList<TaskRow> Tasks);
