using Sidecar.PubSub;
using Sidecar.State;
using Sidecar.Telemetry;

namespace Sidecar.Outbox;

/// <summary>
/// The outbox of one state component: each value that a transaction saves is published as well, when and only when the transaction is committed.
/// Invariant: an event is with the broker before its transaction begins, and the transaction writes a marker under the event's id; the relay
/// publishes an event only once it sees the marker. A crash at any point loses nothing that was committed and publishes nothing that was not.
/// </summary>
internal sealed class StateOutbox(OutboxOptions options, string appId, string internalTopic, Func<string, LoadedBroker?> findBroker, OutboxTransactions transactions, TimeProvider time)
{
    private static readonly byte[] Marked = "\"0\""u8.ToArray();
    private static readonly Dictionary<string, string> None = [];

    /// <summary>Makes all changes of a transaction and publishes what it saves, or neither; <paramref name="commit"/> makes each attempt through what it is given.</summary>
    public async Task<StateFailure?> TransactAsync(
        IReadOnlyList<StateOperation> operations, TraceContext trace, Func<IReadOnlyList<StateOperation>, CommitAttempts, Task<StateFailure?>> commit, CancellationToken cancellationToken)
    {
        var projections = operations.OfType<SetOperation>().Where(IsProjection).GroupBy(set => set.Key, StringComparer.Ordinal).ToDictionary(same => same.Key, same => same.Last(), StringComparer.Ordinal);
        var changes = operations.Where(operation => operation is not SetOperation set || !IsProjection(set)).ToList();
        var ids = new List<string>();
        var attempts = new CommitAttempts();
        try
        {
            foreach (var set in changes.OfType<SetOperation>().ToList())
            {
                var id = $"outbox-{Guid.NewGuid()}";
                ids.Add(id);
                transactions.Begin(id);
                var created = OutboxEvent.Create(set, projections.GetValueOrDefault(set.Key, set), id, appId, options.PubSub, trace, time.GetUtcNow());
                if (await PublishAsync(created, cancellationToken) is { } failure)
                {
                    return failure;
                }

                changes.Add(new SetOperation(id, Marked, Binary: false, ETag: null, Concurrency: "", Consistency: "", None));
            }

            return await commit(changes, attempts);
        }
        finally
        {
            ids.ForEach(id => transactions.End(id, attempts.Fate));
        }
    }

    private static bool IsProjection(SetOperation set) =>
        set.Metadata.GetValueOrDefault("outbox.projection")?.Trim().ToLowerInvariant() is "true" or "t" or "1" or "y" or "yes" or "on";

    private async Task<StateFailure?> PublishAsync(CloudEvent created, CancellationToken cancellationToken)
    {
        if (findBroker(options.PubSub) is not { } broker)
        {
            return Failure($"pubsub '{options.PubSub}' not found");
        }

        if (!broker.Scopes.MayPublish(internalTopic))
        {
            return Failure($"topic {internalTopic} is not allowed for app id {appId}");
        }

        try
        {
            await broker.PublishAsync(new BrokerMessage(internalTopic, created.ToBytes(), None), cancellationToken);
            return null;
        }
        catch (Exception exception) when (!cancellationToken.IsCancellationRequested)
        {
            // Whatever the broker's driver throws becomes the API's error; the transaction has not begun.
            return Failure(exception.Message);
        }

        static StateFailure Failure(string message) => new(StateFailureKind.NotPublished, message);
    }
}
