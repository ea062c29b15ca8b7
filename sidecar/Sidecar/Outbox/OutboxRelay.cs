using Microsoft.Extensions.Logging;
using Sidecar.PubSub;
using Sidecar.State;

namespace Sidecar.Outbox;

/// <summary>
/// Publishes the events of an outbox whose transactions are committed. Invariant: an event leaves the internal topic only when it is published, when its
/// transaction was refused, or when it is to be given up by <see cref="OutboxOptions.DiscardWhenMissingState"/>; at least once, so that a crash between
/// publishing and acknowledging publishes again.
/// </summary>
internal sealed partial class OutboxRelay(
    OutboxOptions options, IStateStore store, Func<string, LoadedBroker?> findBroker, OutboxTransactions transactions, TimeProvider time, ILogger logger)
{
    // How long a transaction may take until its marker is there; an older event is looked up once each time it comes.
    private static readonly TimeSpan CommitTime = TimeSpan.FromSeconds(11);
    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(3);
    private static readonly Dictionary<string, string> None = [];

    public async Task<DeliveryOutcome> HandleAsync(BrokerMessage message, CancellationToken cancellationToken)
    {
        try
        {
            return await RelayAsync(message, cancellationToken);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            return DeliveryOutcome.Abandoned;
        }
        catch (Exception exception)
        {
            // Whatever the store or the broker throws, the message stays with the broker and comes again.
            LogFailed(options.PublishPubSub, options.PublishTopic, exception.Message);
            return DeliveryOutcome.Failed;
        }
    }

    private async Task<DeliveryOutcome> RelayAsync(BrokerMessage message, CancellationToken cancellationToken)
    {
        if (CloudEvent.Parse(message.Data, out var problem) is not { } stored || stored["id"] is not { Length: > 0 } id)
        {
            throw new InvalidDataException($"a message of {message.Topic} is no event of an outbox: {problem ?? "it has no id"}");
        }

        if (await transactions.FateOfAsync(id, cancellationToken) == TransactionFate.Refused)
        {
            return DeliveryOutcome.Done;
        }

        if (!await IsCommittedAsync(id, stored, cancellationToken))
        {
            LogMissing(id, options.PublishTopic, options.DiscardWhenMissingState ? "it is discarded" : "it stays with the broker");
            return options.DiscardWhenMissingState ? DeliveryOutcome.Done : DeliveryOutcome.Failed;
        }

        await PublishAsync(stored, cancellationToken);
        await store.ApplyAsync(new DeleteOperation(id, ETag: null, Concurrency: "", Consistency: "", None), cancellationToken);
        return DeliveryOutcome.Done;
    }

    private async Task<bool> IsCommittedAsync(string id, CloudEvent stored, CancellationToken cancellationToken)
    {
        var deadline = (DateTimeOffset.TryParse(stored["time"], out var created) ? created : time.GetUtcNow()) + CommitTime;
        for (var pause = FirstPause; await store.GetAsync(id, cancellationToken) is not { Data.Length: > 0 }; pause = pause * 2 < LongestPause ? pause * 2 : LongestPause)
        {
            if (time.GetUtcNow() >= deadline)
            {
                return false;
            }

            await Task.Delay(pause, time, cancellationToken);
        }

        return true;
    }

    private Task PublishAsync(CloudEvent stored, CancellationToken cancellationToken)
    {
        var broker = findBroker(options.PublishPubSub) ?? throw new InvalidOperationException($"pubsub '{options.PublishPubSub}' not found");
        if (!broker.Scopes.MayPublish(options.PublishTopic))
        {
            throw new InvalidOperationException($"the app may not publish to topic {options.PublishTopic}");
        }

        stored["topic"] = options.PublishTopic;
        stored["pubsubname"] = options.PublishPubSub;
        return broker.PublishAsync(new BrokerMessage(options.PublishTopic, stored.ToBytes(), None), cancellationToken);
    }

    [LoggerMessage(3651, LogLevel.Warning, "An event of the outbox was not published to {PubSub}/{Topic}, it will be tried again: {Problem}")]
    private partial void LogFailed(string pubSub, string topic, string problem);

    [LoggerMessage(3652, LogLevel.Error, "The transaction of event {Id} for topic {Topic} is not found in the state store; {Consequence}")]
    private partial void LogMissing(string id, string topic, string consequence);
}
