using System.Collections.Concurrent;
using ServiceDefaults;

namespace Orders.Tests;

/// <summary>Takes the place of the workflow engine's client: keeps what was to be started or raised.</summary>
public sealed class RecordedWorkflows : IOutboxHandler
{
    public ConcurrentQueue<OutboxMessage> Messages { get; } = new();

    public string Kind => "workflow";

    /// <summary>What was said about the workflows of an order, in order.</summary>
    public IEnumerable<string> Of(Guid order) => Messages.Where(message => message.AggregateId == order.ToString()).Select(message => message.Type);

    public Task HandleAsync(OutboxMessage message, CancellationToken ct)
    {
        Messages.Enqueue(message);
        return Task.CompletedTask;
    }
}
