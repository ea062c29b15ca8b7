using System.Collections.Concurrent;

namespace ServiceDefaults.Tests.Probe;

/// <summary>A kind of outbox work of the probe's own, which a test can hold up.</summary>
internal sealed class NoteHandler : IOutboxHandler
{
    public string Kind => "note";

    public Task Gate { get; set; } = Task.CompletedTask;

    public ConcurrentQueue<string> Begun { get; } = new();

    public async Task HandleAsync(OutboxMessage message, CancellationToken ct)
    {
        Begun.Enqueue(message.AggregateId);
        await Gate.WaitAsync(ct);
    }
}
