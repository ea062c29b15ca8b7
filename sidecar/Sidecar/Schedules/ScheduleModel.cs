namespace Sidecar.Schedules;

/// <summary>What a schedule brings to its consumer.</summary>
/// <param name="TypeUrl">The type of a typed message; null = <paramref name="Bytes"/> is JSON as the client wrote it, so that no digit is lost.</param>
/// <param name="Bytes">The payload.</param>
internal sealed record ScheduleData(string? TypeUrl, ReadOnlyMemory<byte> Bytes);

/// <summary>What happens to an occurrence that its consumer refused.</summary>
/// <param name="Drop">It is left out; the next one comes at its time.</param>
/// <param name="Interval">The pause before a repetition.</param>
/// <param name="MaxRetries">How often it is repeated; null = until it is accepted.</param>
internal sealed record FailurePolicy(bool Drop, TimeSpan? Interval = null, long? MaxRetries = null)
{
    /// <summary>The policy of a schedule that names none.</summary>
    public static FailurePolicy Default { get; } = new(Drop: false, TimeSpan.FromSeconds(1), 3);
}

/// <summary>A schedule as a client asks for it; times in the forms Dapr accepts.</summary>
/// <param name="Key">Its unique key, e.g. <c>app||default||orders||nightly</c>.</param>
/// <param name="Target">Who consumes it, e.g. <c>app||orders</c>.</param>
internal sealed record ScheduleRequest(string Key, string Target)
{
    /// <summary>The name the client gave.</summary>
    public string Name { get; init; } = "";

    /// <summary>The actor of a reminder.</summary>
    public string? ActorId { get; init; }

    /// <summary><c>@every 1m</c>, <c>@daily</c> or six cron fields; null = once, at the due time.</summary>
    public string? Schedule { get; init; }

    /// <summary>The first occurrence: a point in time or a delay.</summary>
    public string? DueTime { get; init; }

    /// <summary>No occurrence after this point in time or delay.</summary>
    public string? TimeToLive { get; init; }

    /// <summary>The number of occurrences; null = no limit.</summary>
    public long? Repeats { get; init; }

    /// <summary>Null = <see cref="FailurePolicy.Default"/>.</summary>
    public FailurePolicy? FailurePolicy { get; init; }

    public ScheduleData? Data { get; init; }
}

/// <summary>A validated schedule: the request, and its times made absolute.</summary>
/// <param name="Begin">The due time, or when the schedule was made.</param>
/// <param name="Expires">After this point in time there is no occurrence.</param>
internal sealed record ScheduleDefinition(ScheduleRequest Request, DateTimeOffset Begin, DateTimeOffset? Expires);

/// <summary>How far a schedule has come.</summary>
/// <param name="Count">The occurrences that are over.</param>
/// <param name="Attempts">The refused attempts of the present occurrence.</param>
/// <param name="Last">The time of the occurrence before; repetitions do not move it.</param>
/// <param name="Next">When the next attempt is due.</param>
internal sealed record ScheduleProgress(long Count, int Attempts, DateTimeOffset? Last, DateTimeOffset Next);

/// <summary>A stored schedule.</summary>
/// <param name="Revision">A new one each time the schedule is replaced, so that the end of an old occurrence never moves the new schedule.</param>
internal sealed record ScheduleEntry(Guid Revision, ScheduleDefinition Definition, ScheduleProgress Progress)
{
    public string Key => Definition.Request.Key;

    public string Target => Definition.Request.Target;
}

/// <summary>How a delivery ended.</summary>
internal enum DeliveryOutcome
{
    /// <summary>The consumer has it.</summary>
    Accepted,

    /// <summary>The consumer refused it: the failure policy decides.</summary>
    Refused,

    /// <summary>The consumer could not be reached. It counts as refused only when the client chose a failure policy; else it waits for the consumer.</summary>
    Unreachable,
}

/// <summary>An expected failure of an operation.</summary>
/// <param name="AlreadyExists">The key is taken and overwriting was not asked for.</param>
/// <param name="Message">Why, in Dapr's words.</param>
internal sealed record ScheduleFailure(bool AlreadyExists, string Message);
