namespace ServiceDefaults;

/// <summary>Does the work of one kind of outbox entry. Register it as a singleton.</summary>
public interface IOutboxHandler
{
    /// <summary>The kind it handles.</summary>
    string Kind { get; }

    /// <summary>Does the work; idempotent, since an entry may come again. An exception means: later again.</summary>
    Task HandleAsync(OutboxMessage message, CancellationToken ct);
}
